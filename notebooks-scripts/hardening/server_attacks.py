#!/usr/bin/env python3
"""Attacks `gingham explore --serve`, as strangers and careless readers would, and watches its memory.

    python notebooks-scripts/hardening/server_attacks.py .build/release/gingham [--clients 100] [--seconds 12]

A line an attack: what was answered how often, how long a reader had to wait for a page meanwhile, and the process's resident
memory at its height and afterwards, in MB. Fails where a file from outside is given out, a wrong token hears anything, a reader
waits for longer than a second, memory passes the bound or stays, work goes on that nobody waits for, or Ctrl C does not end it
cleanly. Needs nothing but Python and Linux's /proc.
"""
import argparse
import collections
import concurrent.futures
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

NET = "random:squeezenet1_1?size=64&classes=4"
SETTINGS = ["--size", "64x64", "--steps", "3", "--threads", "1", "--quiet"]
# Two bodies of 32 MiB, one of them unpacked to 33 million pixels, and what allocators keep.
BOUND = 900
WAIT = 1.0


class Served:
    def __init__(self, tool, folder):
        (folder / "secret.txt").write_text("SECRET")
        self.process = subprocess.Popen(
            [tool, "explore", NET, "--output", str(folder / "site"), "--serve", *SETTINGS],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if found := re.match(r"Serving at http://127\.0\.0\.1:(\d+)/(\w+)/ until", line):
                self.port, self.token = int(found[1]), found[2]
                return
        sys.exit("the tool does not serve")

    def status(self, key):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{key}:\s+(\d+)", text)[1])

    def memory(self):
        return self.status("VmRSS") / 1024

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def peak(self):
        return self.status("VmHWM") / 1024

    def seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def connect(self, patience=60):
        return socket.create_connection(("127.0.0.1", self.port), timeout=patience)

    def head(self, path, *headers, method="GET", token=None):
        host = f"127.0.0.1:{self.port}"
        lines = [f"{method} /{token or self.token}{path} HTTP/1.1", f"Host: {host}", *headers]
        if method == "POST":
            lines.append(f"Origin: http://{host}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def ask(self, raw, body=b"", patience=60):
        """The status of an answer and the whole of it; 0 where the server hangs up without one."""
        answer = b""
        try:
            with self.connect(patience) as client:
                client.sendall(raw)
                for first in range(0, len(body), 1 << 16):
                    client.sendall(body[first:first + (1 << 16)])
                while piece := client.recv(1 << 16):
                    answer += piece
        except ConnectionError:
            pass
        except TimeoutError:
            return -1, b""
        found = re.match(rb"HTTP/1\.1 (\d+)", answer)
        return (int(found[1]) if found else 0), answer


class Bench:
    def __init__(self, served, clients, seconds):
        self.served, self.clients, self.seconds = served, clients, seconds
        self.failures = []

    def check(self, holds, text):
        if not holds:
            self.failures.append(text)
            print(f"FAILURE {text}", flush=True)

    def together(self, act, count):
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            return collections.Counter(pool.map(act, range(count)))

    def run(self, name, attack):
        served = self.served
        served.forget_peak()
        stop, waits = threading.Event(), []

        def read():
            while not stop.is_set():
                start = time.monotonic()
                status, _ = served.ask(served.head("/index.html"))
                waits.append(time.monotonic() - start)
                self.check(status == 200, f"{name}: a reader hears {status}")
                stop.wait(0.1)

        reader = threading.Thread(target=read)
        reader.start()
        start = time.monotonic()
        answers = attack()
        lasted = time.monotonic() - start
        stop.set()
        reader.join()
        peak = served.peak()
        self.rest(name)
        told = ", ".join(f"{count}× {status}" for status, count in sorted(answers.items(), key=str))
        print(f"{name:<28} {lasted:6.1f} s  waited {max(waits):5.2f} s  peak {peak:6.0f}  after {served.memory():6.0f}  {told}", flush=True)
        self.check(peak < BOUND, f"{name}: memory reached {peak:.0f} MB")
        self.check(max(waits) < WAIT, f"{name}: a reader waited {max(waits):.2f} s")

    def rest(self, name):
        for _ in range(20):
            before = self.served.seconds()
            time.sleep(1)
            if self.served.seconds() - before < 0.1:
                return
        self.check(False, f"{name}: work goes on")

    # Attacks

    def outside(self):
        found = collections.Counter()
        ways = ["../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "%252e%252e/secret.txt", "tiles/../../secret.txt",
                "/etc/passwd", "%2fetc%2fpasswd", "..\\secret.txt", "..%5csecret.txt", "....//secret.txt", "index.html%00.txt",
                "live/tiles/0/../../../secret.txt", "manifest.json/../../secret.txt", ".", "..", "%c0%ae%c0%ae/secret.txt"]
        for way in ways:
            status, answer = self.served.ask(self.served.head("/" + way))
            found[status] += 1
            self.check(status in (400, 404), f"{way}: {status}")
            self.check(b"SECRET" not in answer and b"root:" not in answer, f"{way} was given out")
        return found

    def strangers(self):
        token = self.served.token
        wrong = ["x", token[:-1], token + "0", token.upper() if token.upper() != token else "y", token[::-1], "%00" + token, ""]
        answers = collections.Counter()
        for word in wrong:
            raw = self.served.head("/index.html").replace(f"/{token}/".encode(), f"/{word}/".encode())
            status, answer = self.served.ask(raw)
            answers[status] += 1
            self.check(status in (400, 404) and b"<html" not in answer, f"the token {word!r} hears {status}")
        for header in ("Origin: http://evil.example", "Sec-Fetch-Site: cross-site"):
            status, _ = self.served.ask(self.served.head("/index.html", header))
            answers[status] += 1
            self.check(status == 404, f"{header} hears {status}")
        return answers

    def heads(self):
        raw = self.served.head("/index.html")[:-2]
        return self.together(lambda number: self.served.ask(raw + b"X: " + b"x" * (1 << 20))[0], self.clients)

    def bodies(self):
        """Half of them are as large as they may be, half say so of a tebibyte; none is a picture."""
        def one(number):
            length = 32 << 20 if number % 2 else 1 << 40
            raw = self.served.head("/live/picture", f"Content-Length: {length}", method="POST")
            return self.served.ask(raw, bytes(32 << 20) if number % 2 else b"")[0]
        return self.together(one, 24)

    def bombs(self):
        def one(number):
            side = 65500 if number % 2 else 5790
            return self.served.ask(
                self.served.head("/live/picture", f"Content-Length: {len(bombs[side])}", method="POST"), bombs[side], patience=120)[0]
        bombs = {side: png(side) for side in (65500, 5790)}
        return self.together(one, 8)

    def slow(self):
        """Heads, bodies and readers a byte at a time."""
        served, end = self.served, time.monotonic() + self.seconds

        def one(number):
            kinds = [served.head("/index.html"), served.head("/live/picture", "Content-Length: 100000", method="POST") + b"x" * 99999]
            raw = kinds[number % 2]
            sent = raw.find(b"\r\n\r\n") + 4 if number % 2 else 0
            try:
                with served.connect() as client:
                    client.sendall(raw[:sent])
                    while time.monotonic() < end:
                        client.sendall(raw[sent:sent + 1])
                        sent += 1
                        time.sleep(0.25)
            except OSError:
                return "sent away"
            return "held on"
        return self.together(one, self.clients)

    def noise(self):
        served = self.served

        def one(number):
            junk = bytes((number * 7 + index * index) % 256 for index in range(4000))
            kinds = [junk, b"\r\n\r\n" + junk, served.head("/index.html") * 50, b"GET", served.head("/x", "X: y", "X: z"),
                     served.head("/live/occlusion?y=1&x=1&side=99999999999", "Content-Length: 3", method="POST") + b"abc"]
            return served.ask(kinds[number % len(kinds)])[0]
        return self.together(one, self.clients)

    def tiles(self):
        return self.together(lambda number: self.served.ask(self.served.head(f"/classes/{number % 4}.webp"))[0], self.clients)

    def streams(self):
        """Climbs of thousands of steps, half of them never read; then everybody goes at once."""
        served, clients, found = self.served, [], collections.Counter()
        for number in range(self.clients):
            client = served.connect()
            client.sendall(served.head(f"/live/climb?objective=class:{number % 4}&steps=4096"))
            clients.append(client)
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            for client in clients[::2]:
                client.setblocking(False)
                try:
                    found["pieces read"] += len(client.recv(1 << 16)) > 0
                except OSError:
                    pass
            time.sleep(0.02)
        for client in clients:
            client.close()
        return found

    def comings(self):
        """Whoever asks for something long and leaves."""
        def one(number):
            client = self.served.connect()
            client.sendall(self.served.head(f"/live/tiles/{number % 20}/{number}.webp"))
            time.sleep(0.05)
            client.close()
            return "gone"
        return self.together(one, 3 * self.clients)


def png(side):
    """A square of one grey: a few hundred kilobytes that unpack to side² pixels."""
    row = b"\0" + bytes(3 * side)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(min(side, 6000))) + packer.flush()

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=12)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gingham-attacks-") as folder:
        served = Served(str(pathlib.Path(options.tool).resolve()), pathlib.Path(folder))
        bench = Bench(served, options.clients, options.seconds)
        bench.rest("start")
        print(f"at rest: {served.memory():.0f} MB; {options.clients} clients an attack", flush=True)
        for name, attack in [
            ("paths outside", bench.outside), ("wrong tokens, other pages", bench.strangers), ("heads of 1 MiB", bench.heads),
            ("bodies of 32 MiB and 1 TiB", bench.bodies), ("pictures that unpack", bench.bombs), ("slow clients", bench.slow),
            ("broken requests", bench.noise), ("tiles at once", bench.tiles), ("event streams at once", bench.streams),
            ("asked for and left", bench.comings), ("bodies once more", bench.bodies), ("streams once more", bench.streams),
        ]:
            bench.run(name, attack)
        served.process.send_signal(signal.SIGINT)
        try:
            status = served.process.wait(20)
        except subprocess.TimeoutExpired:
            served.process.kill()
            status = "no end"
        bench.check(status == 0, f"Ctrl C ends it with {status}")
        print(f"{len(bench.failures)} failures")
        sys.exit(1 if bench.failures else 0)


if __name__ == "__main__":
    main()
