"""What setup.cfg cannot say: the content at the repository's root travels in a wheel as ``hrbus/_site``.

A clone is a site, so config/, mappings/ and hrxml_schemas/ stand at the root where users edit them; in a wheel they
become data of the package, and ``hrbus init DIR`` copies them out again.
"""

from setuptools import find_packages, setup

CONTENT = ("config", "mappings", "hrxml_schemas")

setup(
    packages=[
        *find_packages(include=["hrbus", "hrbus.*", "adapters", "adapters.*"]),
        *(f"hrbus._site.{name}" for name in CONTENT),
    ],
    package_dir={f"hrbus._site.{name}": name for name in CONTENT},
    package_data={
        "hrbus": ["py.typed", "**/*.po", "**/*.mako", "**/*.ini", "**/*.json", "**/*.html", "**/*.css", "**/*.js"],
        "adapters": ["**/*.json", "**/*.yaml", "**/*.npz"],
        **{f"hrbus._site.{name}": ["**/*"] for name in CONTENT},
    },
)
