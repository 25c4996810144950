"""What of the image's making can be judged without making one."""

from pathlib import Path

import pytest
from rp2040py.device.load_flash import decode_block

from tools.pico_image import cache, packages, sources, uf2
from tools.pico_image.steps import ImageUnavailable

DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n'
TARGETS = """\
http://mirror.example/debian-security/ bookworm-security main
http://mirror.example/debian/ bookworm contrib
http://mirror.example/debian/ bookworm main
http://other.example/debian/ bookworm main
"""


@pytest.mark.parametrize("size", [1, 256, 257, 5000])
def test_blocks_carry_the_image_page_by_page(size: int):
    image = bytes(at * 7 % 251 for at in range(size))
    packed = uf2.pack(image)
    blocks = [decode_block(packed[at : at + uf2.BLOCK_BYTES]) for at in range(0, len(packed), uf2.BLOCK_BYTES)]
    assert b"".join(block.payload for block in blocks).rstrip(b"\0") == image.rstrip(b"\0")
    assert [block.flash_address for block in blocks] == [
        uf2.FLASH_START + at for at in range(0, size, uf2.PAYLOAD_BYTES)
    ]


def test_suite_is_the_system_s():
    assert packages.system_suite(DEBIAN) == "bookworm"


@pytest.mark.parametrize("os_release", ["", "ID=ubuntu\nVERSION_CODENAME=noble\n", "ID=debian\n"])
def test_other_system_has_no_image(os_release: str):
    with pytest.raises(ImageUnavailable, match="this is no Debian"):
        packages.system_suite(os_release)


def test_mirror_is_where_the_system_has_its_suite():
    assert packages.mirror(TARGETS, "bookworm") == "http://mirror.example/debian/"
    with pytest.raises(ImageUnavailable, match="no mirror of Debian's trixie main"):
        packages.mirror(TARGETS, "trixie")


def test_sources_list_has_the_compiler_s_suite_and_the_sources():
    lines = packages.sources_list("http://mirror.example/debian/", "bookworm", "").splitlines()
    assert lines == [f"{kind} http://mirror.example/debian/ {suite} main" for kind, suite in (
        ("deb", "bookworm"), ("deb", "trixie"), ("deb-src", "trixie"),
    )]  # fmt: skip
    assert len(packages.sources_list("http://mirror.example/debian/", "trixie", "").splitlines()) == 2


def test_apt_is_kept_within_its_folder(tmp_path: Path):
    words = packages.options(tmp_path)
    for name in ("Dir::Etc::sourcelist", "Dir::State::Lists", "Dir::Cache"):
        assert any(word.startswith(f"{name}={tmp_path}") for word in words), name


def test_release_of_the_user_s_own_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.find() is None
    built = cache.built(["micropython_1.25.dsc"])
    assert built != cache.built(["micropython_1.26.dsc"])
    for image in (built, cache.release()):
        image.parent.mkdir(parents=True, exist_ok=True)
        image.write_bytes(b"")
        assert cache.find() == image


def test_image_of_an_older_recipe_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    older = cache.folder() / "0123456789ab-0123456789ab" / cache.IMAGE
    older.parent.mkdir(parents=True)
    older.write_bytes(b"")
    assert cache.find() is None


def test_tree_without_its_archive_is_told(tmp_path: Path):
    with pytest.raises(ImageUnavailable, match=r"expected one file micropython_\*\.orig\.tar\.\*, found 0"):
        sources.lay_out(tmp_path, tmp_path / "tree")
