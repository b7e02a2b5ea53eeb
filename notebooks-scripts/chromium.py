"""Debian's Chromium, driven through chromedriver with nothing but Python (packages chromium and chromium-driver)."""
import base64
import json
import re
import subprocess
import time
import urllib.request


class Driver:
    def __init__(self):
        self.process = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if found := re.search(r"successfully on port (\d+)", line):
                self.address = f"http://127.0.0.1:{found[1]}/session"
                break
        self.session = None

    def send(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["value"]

    def open(self, profile, width=1280, height=900):
        options = {"binary": "/usr/bin/chromium", "args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars",
            f"--user-data-dir={profile}"]}
        made = self.send("POST", "", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}, "timeouts": {"script": 60000}}}})
        self.session = "/" + made["sessionId"]
        self.tell("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def tell(self, command, **parameters):
        """Chromium's own commands."""
        return self.send("POST", self.session + "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def visit(self, address):
        self.send("POST", self.session + "/url", {"url": address})

    def value(self, script, *arguments, way="sync"):
        return self.send("POST", f"{self.session}/execute/{way}", {"script": script, "args": arguments})

    def wait(self, expression, seconds=60):
        end = time.monotonic() + seconds
        while not self.value(f"return !!({expression})"):
            if time.monotonic() > end:
                raise TimeoutError(expression)
            time.sleep(0.05)

    def screenshot(self):
        """As PNG."""
        return base64.b64decode(self.send("GET", self.session + "/screenshot"))

    def complaints(self):
        return [line["message"] for line in self.send("POST", self.session + "/se/log", {"type": "browser"})]

    def requests(self):
        """Addresses that were asked for since the last time, whatever became of it."""
        told = [json.loads(line["message"])["message"] for line in self.send("POST", self.session + "/se/log", {"type": "performance"})]
        return [one["params"]["request"]["url"] for one in told if one["method"] == "Network.requestWillBeSent"]

    def close(self):
        self.send("DELETE", self.session)

    def end(self):
        self.process.kill()
        self.process.wait()
