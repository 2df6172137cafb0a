"""The pages' files: named once, taken from the packages, collected, and left alone when nothing changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings

from guanxi import assets
from guanxi.crm.web.storage import HashedFiles

PACKAGES = Path(settings.FRONTEND)


def test_every_icon_that_pages_name_exists_in_the_sprite():
    names = assets.icons_named(assets.CRM)
    assert {"home", "users", "search", "crown", "lock"} <= set(names)
    sprite = assets.sprite(PACKAGES, names)
    for name in names:
        assert f'<symbol id="{name}"' in sprite
    assert "<script" not in sprite
    assert "style=" not in sprite


def test_an_icon_that_does_not_exist_stops():
    with pytest.raises(KeyError, match="no-such-icon"):
        assets.sprite(PACKAGES, ["no-such-icon"])


def test_without_the_packages_it_says_what_to_do(tmp_path):
    with pytest.raises(assets.MissingPackages, match="npm ci"):
        assets.vendor(tmp_path / "nothing", tmp_path)


def test_the_second_time_nothing_is_done(tmp_path, settings):
    settings.VAR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [("vendor", tmp_path / "vendor")]
    assert assets.collect()
    assert (tmp_path / "static" / "vendor" / "htmx.min.js").exists()
    assert (tmp_path / "static" / "web" / "shell.js").exists()
    assert not assets.collect()
    (tmp_path / "vendor" / "htmx.min.js").write_text("somebody changed it")
    assert assets.collect()


def test_a_catalogue_is_compiled_whenever_it_is_another_one(tmp_path):
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    source.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Home"\nmsgstr "首页"\n')
    assert assets.compile_messages(tmp_path)
    assert "首页".encode() in (folder / "django.mo").read_bytes()
    assert not assets.compile_messages(tmp_path)
    source.write_text(source.read_text().replace("首页", "主页"))
    os.utime(source, ns=(1, 1))
    assert assets.compile_messages(tmp_path)
    assert "主页".encode() in (folder / "django.mo").read_bytes()


def test_a_modules_imports_follow_its_hashed_names(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path / "static"
    source = assets.CRM / "web" / "static"
    storage = HashedFiles(location=tmp_path / "static", base_url="/static/")
    paths = {}
    for file in (source / "web").glob("*.js"):
        target = tmp_path / "static" / "web" / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
        paths[f"web/{file.name}"] = (storage, f"web/{file.name}")
    # What a page's module imports of a package is bundled when the front end is built.
    bundle = tmp_path / "static" / "vendor" / "calendar.min.js"
    bundle.parent.mkdir()
    bundle.write_text("export {};")
    paths["vendor/calendar.min.js"] = (storage, "vendor/calendar.min.js")
    for _name, _hashed, processed in storage.post_process(paths):
        assert not isinstance(processed, Exception)
    shell = (tmp_path / "static" / storage.hashed_files["web/shell.js"]).read_text()
    assert './keys.js"' not in shell
    assert 'from "./keys.' in shell
