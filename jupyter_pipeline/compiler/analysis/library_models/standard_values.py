"""Standard library: numbers, texts, dates, bytes and text formats."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

MODELS = (
    LibraryModel(
        library="math",
        rules="""
        acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist erf erfc exp exp2
        expm1 fabs factorial floor fmod frexp fsum gamma gcd hypot isclose isfinite isinf isnan isqrt lcm ldexp
        lgamma log log10 log1p log2 modf nextafter perm pow prod radians remainder sin sinh sqrt tan tanh trunc
        ulp : pure
        """,
    ),
    LibraryModel(
        library="cmath",
        rules="""
        acos acosh asin asinh atan atanh cos cosh exp isclose isfinite isinf isnan log log10 phase polar rect sin
        sinh sqrt tan tanh : pure
        """,
    ),
    LibraryModel(
        library="statistics",
        rules="""
        StatisticsError correlation covariance fmean geometric_mean harmonic_mean linear_regression mean median
        median_grouped median_high median_low mode multimode pstdev pvariance quantiles stdev variance
        NormalDist.from_samples StatisticsError.* : pure
        NormalDist : -> constant
        """,
    ),
    LibraryModel(
        library="string",
        rules="""
        capwords : pure
        Template Formatter : -> constant
        """,
    ),
    LibraryModel(
        library="unicodedata",
        rules="""
        UCD bidirectional category combining decimal decomposition digit east_asian_width is_normalized lookup
        mirrored name normalize numeric : pure
        """,
    ),
    LibraryModel(library="keyword", rules="iskeyword issoftkeyword : pure"),
    LibraryModel(library="numbers", rules="Complex Integral Number Rational Real : pure"),
    LibraryModel(library="fractions", rules="Fraction Fraction.* : pure"),
    LibraryModel(library="uuid", rules="UUID getnode uuid1 uuid3 uuid4 uuid5 UUID.* : pure"),
    LibraryModel(
        library="hashlib",
        rules="""
        file_digest : changes(fileobj@0) -> Hash
        md5 sha1 sha224 sha256 sha384 sha512 sha3_224 sha3_256 sha3_384 sha3_512 shake_128 shake_256 blake2b
        blake2s new : -> Hash
        pbkdf2_hmac scrypt : pure

        class Hash : iterator
          update : changes(self)
          hexdigest digest : pure
          copy : -> copy
          .name .digest_size .block_size : -> constant
        """,
    ),
    LibraryModel(
        library="hmac",
        rules="""
        new HMAC : -> hashlib.Hash
        digest compare_digest : pure
        """,
    ),
    LibraryModel(
        library="base64",
        rules="""
        a85decode a85encode b16decode b16encode b32decode b32encode b32hexdecode b32hexencode b64decode b64encode
        b85decode b85encode decodebytes encodebytes standard_b64decode standard_b64encode
        urlsafe_b64decode urlsafe_b64encode : pure
        decode encode : changes(input@0 output@1)
        """,
    ),
    LibraryModel(
        library="binascii",
        rules="""
        Error Incomplete a2b_base64 a2b_hex a2b_qp a2b_uu b2a_base64 b2a_hex b2a_qp b2a_uu crc32 crc_hqx hexlify
        unhexlify : pure
        """,
    ),
    LibraryModel(
        library="textwrap",
        rules="""
        dedent fill indent shorten : pure
        wrap : -> container
        TextWrapper : -> object
        """,
    ),
    LibraryModel(
        library="html",
        rules="""
        escape unescape : pure
        parser.HTMLParser : -> foreign
        """,
    ),
    LibraryModel(
        library="secrets",
        rules="""
        compare_digest randbelow randbits token_bytes token_hex token_urlsafe : pure
        choice : -> part
        SystemRandom : -> random.Random
        """,
    ),
    LibraryModel(
        library="zlib",
        rules="""
        adler32 compress crc32 decompress error : pure
        compressobj decompressobj : -> Compressor

        class Compressor : iterator
          compress decompress flush : changes(self)
          copy : -> copy
          .eof .unused_data .unconsumed_tail : -> constant
        """,
    ),
    LibraryModel(library="colorsys", rules="hls_to_rgb hsv_to_rgb rgb_to_hls rgb_to_hsv rgb_to_yiq yiq_to_rgb : pure"),
    LibraryModel(
        library="datetime",
        rules="""
        date datetime time timedelta tzinfo timezone date.* datetime.* time.* timedelta.* timezone.* : pure

        class datetime date time timedelta timezone : constant
          isoformat strftime timestamp date time timetz total_seconds weekday isoweekday isocalendar astimezone
          utcoffset tzname dst timetuple utctimetuple toordinal ctime replace combine now today utcnow strptime
          fromtimestamp utcfromtimestamp fromisoformat fromisocalendar fromordinal fromutc : pure
          .year .month .day .hour .minute .second .microsecond .tzinfo .days .seconds .microseconds .fold .max .min
          .resolution .utc : -> constant
        """,
    ),
    LibraryModel(
        library="zoneinfo",
        rules="""
        InvalidTZPathWarning ZoneInfoNotFoundError InvalidTZPathWarning.* ZoneInfoNotFoundError.* : pure
        reset_tzpath ZoneInfo.clear_cache : process
        ZoneInfo ZoneInfo.no_cache ZoneInfo.from_file available_timezones : pure
        """,
    ),
    LibraryModel(
        library="calendar",
        rules="""
        IllegalMonthError IllegalWeekdayError calendar firstweekday isleap leapdays month monthrange prcal prmonth
        timegm weekday weekheader : pure
        setfirstweekday : process
        monthcalendar : -> container

        class Calendar TextCalendar HTMLCalendar LocaleTextCalendar LocaleHTMLCalendar : object
          setfirstweekday : changes(self)
          iterweekdays itermonthdates itermonthdays itermonthdays2 itermonthdays3 itermonthdays4 : -> iterator
          monthdatescalendar monthdayscalendar monthdays2calendar yeardatescalendar yeardayscalendar
          yeardays2calendar : -> container
          getfirstweekday formatmonth formatyear formatweek formatday formatmonthname formatweekheader formatyearpage
          prmonth pryear prweek : pure
          .firstweekday : -> constant
        """,
    ),
    LibraryModel(
        library="decimal",
        rules="""
        Clamped ConversionSyntax Decimal DecimalException DecimalTuple DivisionByZero DivisionImpossible
        DivisionUndefined FloatOperation Inexact InvalidContext InvalidOperation Overflow Rounded Subnormal
        Underflow : pure
        getcontext : -> state
        localcontext : -> state
        setcontext : process
        Context : -> object
        Decimal.* : pure
        """,
    ),
    LibraryModel(
        library="struct",
        rules="""
        pack_into : changes(buffer@1)
        iter_unpack : lazy -> iterator
        pack unpack unpack_from calcsize : pure
        error : -> object

        class Struct : constant
          pack unpack unpack_from : pure
          iter_unpack : lazy -> iterator
          pack_into : changes(buffer@0)
          .size .format : -> constant
        """,
    ),
    LibraryModel(
        library="random",
        rules="""
        random betavariate choices expovariate gammavariate gauss getrandbits getstate lognormvariate
        normalvariate paretovariate randbytes randint randrange triangular uniform vonmisesvariate weibullvariate
        binomialvariate : draws
        choice : draws -> part
        sample : draws -> container
        choices : draws -> container
        shuffle : draws changes(x@0)
        seed setstate : seeds

        class Random SystemRandom : iterator
          random betavariate expovariate gammavariate gauss getrandbits lognormvariate normalvariate paretovariate
          randbytes randint randrange triangular uniform vonmisesvariate weibullvariate binomialvariate seed
          setstate : changes(self) -> constant
          getstate : changes(self) -> constant
          choice : changes(self) -> part
          choices sample : changes(self) -> container
          shuffle : changes(self) changes(x@0)
        """,
    ),
    LibraryModel(
        library="re",
        rules="""
        compile template : -> Pattern
        match fullmatch search : -> Match
        sub subn escape : pure
        findall split : -> container
        finditer : -> iterator
        purge : configures
        RegexFlag error : -> object

        class Pattern : constant
          match fullmatch search : -> Match
          sub subn : pure
          findall split : -> container
          finditer : -> iterator
          scanner : -> iterator
          .pattern .flags .groups .groupindex : -> constant
        class Match : constant
          group start end span expand : pure
          groups groupdict : -> container
          .string .re .pos .endpos .lastindex .lastgroup .regs : -> constant
          __getitem__ : -> constant
        """,
    ),
    LibraryModel(
        library="pprint",
        rules="""
        isreadable isrecursive pformat saferepr : pure
        pprint pp : changes(stream@1)

        class PrettyPrinter : object
          pprint : changes(self)
          pformat isreadable isrecursive : pure
          format : -> container
        """,
    ),
    LibraryModel(
        library="difflib",
        rules="""
        Match diff_bytes : -> object
        context_diff unified_diff ndiff restore : -> iterator
        get_close_matches : -> container
        IS_LINE_JUNK IS_CHARACTER_JUNK : pure

        class Differ HtmlDiff SequenceMatcher : object
          ratio quick_ratio real_quick_ratio make_file make_table : pure
          get_matching_blocks get_opcodes get_grouped_opcodes find_longest_match : -> container
          compare : lazy -> iterator
          set_seqs set_seq1 set_seq2 : changes(self)
          .a .b : -> part
        """,
    ),
    LibraryModel(
        library="shlex",
        rules="""
        join quote : pure
        split : -> container
        shlex : -> foreign
        """,
    ),
    LibraryModel(
        library="tomllib",
        rules="""
        load : changes(fp@0) -> container
        loads : -> container
        TOMLDecodeError : -> object
        """,
    ),
    LibraryModel(
        library="plistlib",
        rules="""
        load : changes(fp@0) -> container
        loads : -> container
        dumps : pure
        dump : changes(fp@1)
        UID InvalidFileException : -> object
        """,
    ),
    LibraryModel(
        library="marshal",
        rules="""
        load : changes(@0) -> unknown
        loads : -> unknown
        dumps : pure
        dump : changes(@1)
        """,
    ),
    LibraryModel(
        library="stat",
        rules="""
        S_IFMT S_IMODE S_ISBLK S_ISCHR S_ISDIR S_ISDOOR S_ISFIFO S_ISLNK S_ISPORT S_ISREG S_ISSOCK S_ISWHT
        filemode : pure
        """,
    ),
    LibraryModel(
        library="email",
        rules="""
        message_from_string message_from_bytes message_from_file message_from_binary_file message.Message
        message.EmailMessage mime.text.MIMEText mime.multipart.MIMEMultipart mime.base.MIMEBase
        mime.image.MIMEImage mime.audio.MIMEAudio mime.application.MIMEApplication parser.Parser
        parser.BytesParser parser.HeaderParser : changes(@0) -> foreign
        encoders.encode_base64 encoders.encode_quopri encoders.encode_7or8bit encoders.encode_noop : changes(msg@0)
        utils.formataddr utils.parseaddr utils.formatdate utils.format_datetime utils.make_msgid utils.parsedate
        utils.parsedate_tz utils.parsedate_to_datetime utils.getaddresses utils.quote utils.unquote
        utils.mktime_tz header.decode_header header.make_header header.Header charset.Charset : -> object
        policy.EmailPolicy policy.Policy : -> object
        """,
    ),
    LibraryModel(
        library="http",
        rules="""
        HTTPStatus HTTPMethod : pure
        client.HTTPConnection client.HTTPSConnection client.HTTPResponse server.HTTPServer
        server.ThreadingHTTPServer server.BaseHTTPRequestHandler server.SimpleHTTPRequestHandler
        cookies.SimpleCookie cookies.Morsel cookiejar.CookieJar : -> foreign
        cookiejar.MozillaCookieJar cookiejar.LWPCookieJar : writes(filename@0) -> foreign
        client.HTTPException client.RemoteDisconnected client.IncompleteRead client.BadStatusLine : -> object
        """,
    ),
    LibraryModel(
        library="ipaddress",
        rules="""
        AddressValueError IPv4Address IPv4Interface IPv4Network IPv6Address IPv6Interface IPv6Network
        NetmaskValueError collapse_addresses get_mixed_type_key ip_address ip_interface ip_network
        summarize_address_range v4_int_to_packed v6_int_to_packed AddressValueError.* IPv4Address.*
        IPv4Interface.* IPv4Network.* IPv6Address.* IPv6Interface.* IPv6Network.* NetmaskValueError.* : pure
        """,
    ),
    LibraryModel(
        library="quopri",
        rules="""
        encode decode : changes(input@0 output@1)
        encodestring decodestring : pure
        """,
    ),
    LibraryModel(
        library="reprlib",
        rules="""
        repr : pure
        recursive_repr : -> part
        Repr : -> object
        """,
    ),
)
