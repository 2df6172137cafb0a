"""What the screens about the nights read; each function says what it returns and what it costs."""
