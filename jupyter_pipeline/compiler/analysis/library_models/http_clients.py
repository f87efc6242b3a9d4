"""HTTP clients and parsers of web pages: later requests to a host depend on those that change its state."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_REQUESTS = """
get head options api.get api.head api.options : receives(url@0) -> holding(Response)
post put patch delete api.post api.put api.patch api.delete : sends(url@0) -> holding(Response)
request api.request : sends(url@1) -> holding(Response)
packages.urllib3.disable_warnings urllib3.disable_warnings : process
RequestException HTTPError ConnectionError ConnectTimeout ReadTimeout Timeout TooManyRedirects URLRequired
JSONDecodeError
exceptions.RequestException exceptions.HTTPError exceptions.ConnectionError exceptions.ConnectTimeout
exceptions.ReadTimeout exceptions.Timeout exceptions.TooManyRedirects exceptions.InvalidURL exceptions.MissingSchema
exceptions.SSLError exceptions.ProxyError exceptions.ChunkedEncodingError exceptions.JSONDecodeError
auth.HTTPBasicAuth auth.HTTPDigestAuth auth.HTTPProxyAuth adapters.HTTPAdapter adapters.Retry
structures.CaseInsensitiveDict
: -> object
utils.quote utils.unquote utils.requote_uri utils.get_encoding_from_headers utils.guess_filename utils.default_headers
utils.default_user_agent utils.parse_dict_header utils.dict_from_cookiejar compat.quote compat.unquote compat.urljoin
compat.urlparse compat.urlencode : -> container
Request : -> holding(Request)

# Cookies of a response change the session
class Session session sessions.Session : object
  get : changes(self except data) receives(url@0) -> holding(Response)
  head options : receives(url@0) -> holding(Response)
  post put patch delete : changes(self except data) sends(url@0) -> holding(Response)
  request : changes(self except data) sends(url@1) -> holding(Response)
  send : changes(self except data) sends(*) -> holding(Response)
  mount close : changes(self)
  prepare_request get_adapter : -> holding(Request)
  .headers .params .cookies .auth .proxies .hooks .adapters .cert .verify : -> view(unknown)
  __enter__ : -> receiver

class Request PreparedRequest : object
  prepare copy : -> holding(Request)
  .url .method .path_url : -> constant
  .headers .body .data .params .hooks : -> view(unknown)

class Response : object
  json : -> container
  raise_for_status : pure
  iter_content iter_lines : changes(self) -> iterator
  close : changes(self)
  .status_code .ok .reason .url .encoding .apparent_encoding .elapsed .text .content .is_redirect
  .is_permanent_redirect : -> constant
  .headers .cookies .history .request .raw .links .next .connection : -> view(unknown)
  __enter__ : -> receiver
  __iter__ : changes(self) -> constant
"""
_HTTPX = """
get head options : receives(url@0) -> holding(Response)
stream : receives(url@1) -> holding(Response)
post put patch delete : sends(url@0) -> holding(Response)
request : sends(url@1) -> holding(Response)
URL QueryParams Headers Cookies Timeout Limits Proxy BasicAuth DigestAuth NetRCAuth HTTPTransport AsyncHTTPTransport
MockTransport WSGITransport ASGITransport create_ssl_context HTTPError HTTPStatusError RequestError TransportError
ConnectError ConnectTimeout ReadTimeout TimeoutException InvalidURL : -> object
Request : -> holding(Request)

class Client AsyncClient : object
  get : changes(self except data) receives(url@0) -> holding(Response)
  head options : receives(url@0) -> holding(Response)
  stream : changes(self except data) receives(url@1) -> holding(Response)
  post put patch delete : changes(self except data) sends(url@0) -> holding(Response)
  request : changes(self except data) sends(url@1) -> holding(Response)
  send : changes(self except data) sends(*) -> holding(Response)
  close aclose : changes(self)
  build_request : -> holding(Request)
  .headers .params .cookies .auth .timeout .event_hooks .base_url : -> view(unknown)
  __enter__ __aenter__ : -> receiver

class Request : object
  read aread : changes(self) -> constant
  .url .method .content : -> constant
  .headers .stream .extensions : -> view(unknown)

class Response : object
  json : -> container
  raise_for_status : -> receiver
  iter_bytes iter_text iter_lines iter_raw aiter_bytes aiter_text aiter_lines aiter_raw : changes(self) -> iterator
  read aread : changes(self) -> constant
  close aclose : changes(self)
  .status_code .reason_phrase .http_version .url .encoding .charset_encoding .elapsed .text .content .is_success
  .is_error .is_client_error .is_server_error .is_redirect .has_redirect_location .is_closed .num_bytes_downloaded
  : -> constant
  .headers .cookies .history .request .links .next_request .extensions .stream : -> view(unknown)
  __enter__ __aenter__ : -> receiver
"""
_BS4 = """
BeautifulSoup BeautifulStoneSoup : changes(markup@0) -> holding(Tag)
SoupStrainer CData Comment NavigableString UnicodeDammit element.Comment element.NavigableString : -> object

class Tag element.Tag : object
  find find_all findAll find_next find_next_sibling find_next_siblings find_parent find_parents find_previous
  find_previous_sibling find_previous_siblings find_all_next find_all_previous findNext findNextSibling
  findNextSiblings findParent findParents findPrevious findPreviousSibling findChildren select select_one __call__
  : -> view(Tag)
  get : -> view(unknown)
  get_text getText text prettify decode encode has_attr __len__ __contains__ : -> constant
  get_attribute_list : -> container
  append extend insert insert_before insert_after clear decompose extract replace_with replaceWith unwrap wrap smooth
  reset : changes(self *) -> view(Tag)
  new_tag new_string : -> holding(Tag)
  .text .name .prefix .sourceline .sourcepos .original_encoding : -> constant
  .string .strings .stripped_strings .attrs .contents : -> view(unknown)
  .children .descendants .parents .next_siblings .previous_siblings .next_elements .previous_elements
  : -> view(list(Tag))
  .* : -> view(Tag)
  __getitem__ : -> view(Tag)
  __iter__ : -> view(Tag)
"""
_URLLIB3 = """
disable_warnings : process
request : sends(url@1) -> holding(Response)
PoolManager ProxyManager HTTPConnectionPool HTTPSConnectionPool connection_from_url : -> holding(PoolManager)
Retry Timeout util.Retry util.retry.Retry util.Timeout exceptions.HTTPError exceptions.MaxRetryError make_headers
util.make_headers : -> object
class PoolManager : object
  request request_encode_url request_encode_body : changes(self) sends(url@1) -> holding(Response)
  urlopen : changes(self) sends(url@1) -> holding(Response)
  clear close : changes(self)
  __enter__ : -> receiver
class Response : object
  read read1 readinto stream read_chunked release_conn drain_conn close : changes(self *) -> container
  json : -> container
  .status .data .reason .version .closed : -> constant
  .headers : -> view(unknown)
"""

MODELS = (
    LibraryModel(library="requests", rules=_REQUESTS),
    LibraryModel(library="httpx", rules=_HTTPX),
    LibraryModel(library="bs4", rules=_BS4),
    LibraryModel(library="urllib3", rules=_URLLIB3),
)
