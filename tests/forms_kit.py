"""A citizen's browser without JavaScript, as far as forms and cookies go."""

from __future__ import annotations

import re

PAGE = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


class Browser:
    """Follows redirects, keeps cookies, sends the form that is on the page."""

    def __init__(self, site):
        self.site = site
        self.page = site.get("/", headers=PAGE)

    def field(self, name):
        return re.search(rf'name="{name}" value="([^"]*)"', self.page.text)[1]

    def sends(self, text="", path="/chat", **fields):
        data = {"csrf": self.field("csrf"), "text": text, **fields}
        if path == "/chat":
            data.setdefault("client_id", self.field("client_id"))
        self.page = self.site.post(path, data=data, headers=PAGE, follow_redirects=True)
        return self.page

    def opens(self, path):
        self.page = self.site.get(path, headers=PAGE)
        return self.page

    @property
    def draft(self):
        return re.search(r"<textarea[^>]*>(.*?)</textarea>", self.page.text, re.DOTALL)[1]

    @property
    def said(self):
        return re.findall(r'<div class="bubble"[^>]*>(.*?)</div>', self.page.text, re.DOTALL)
