"""How static files are stored: names that change with their content, compressed, also inside JavaScript modules."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Rewrites the imports between our own modules, so that a new version is never mixed with an old one."""

    support_js_module_import_aggregation = True
