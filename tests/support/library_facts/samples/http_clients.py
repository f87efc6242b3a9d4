"""HTTP clients, with a server on this host."""

from __future__ import annotations

from library_facts.sample import Sample

__all__ = ["SAMPLES"]

_REQUESTS = """
import requests
from library_facts.loopback import serve
url = serve()
session = requests.Session()
data = {"a": 1}
headers = {"X-A": "1"}
response = requests.get(url)
"""
_HTTPX = """
import httpx
from library_facts.loopback import serve
url = serve()
client = httpx.Client(verify=False)
data = {"a": 1}
headers = {"X-A": "1"}
response = client.get(url)
"""
_CALLS = """
    get: url, headers=headers, params=data
    AsyncClient: verify=False
    Client: verify=False
    head: url
    options: url
    post: url, json=data, headers=headers ;; url, data=data
    put: url, json=data
    patch: url, json=data
    delete: url
    request: 'POST', url, json=data
    stream: 'GET', url
    build_request: 'GET', url
    send: requests.Request('GET', url).prepare()
    prepare_request: requests.Request('GET', url)
    Request: 'GET', url
    Response: 200
    URL: url
    get_adapter: url
"""

SAMPLES = (
    Sample("requests", "requests", _REQUESTS, calls=_CALLS, attempts=("", "url"), requires=("requests",)),
    Sample("requests.Session", "session", _REQUESTS, calls=_CALLS, skipped="mount", requires=("requests",)),
    Sample("requests.Response", "response", _REQUESTS, skipped="elapsed", requires=("requests",)),
    Sample("httpx", "httpx", _HTTPX, calls=_CALLS, attempts=("", "url"), skipped="stream main",
           requires=("httpx",)),
    Sample("httpx.Client", "client", _HTTPX, calls=_CALLS, skipped="stream send", requires=("httpx",)),
    Sample("httpx.Response", "response", _HTTPX, skipped="elapsed url", requires=("httpx",)),
)  # fmt: skip
