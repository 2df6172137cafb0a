"""What goes over the wire. Amounts are text with a currency, never floats; days and moments are ISO 8601."""
