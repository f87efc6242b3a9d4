"""NumPy."""

from __future__ import annotations

from library_facts.sample import Sample

__all__ = ["SAMPLES"]

_SETUP = """
import io
import numpy as np
a = np.array([3.0, 1.0, 2.0])
b = np.array([0.5, 1.5, 2.5])
i = np.array([0, 2, 1])
m = np.array([[2.0, 1.0], [1.0, 3.0]])
mask = np.array([True, False, True])
out = np.zeros(3)
words = np.array(["ab", "cd"])
buffer = io.BytesIO()
masked = np.ma.masked_array([1.0, 2.0, 3.0], mask=[False, True, False])
records = np.rec.array([(1, 2.0)], dtype=[("x", int), ("y", float)])
rng = np.random.default_rng(1)
state = np.random.RandomState(1)
"""
_FILES = """
import numpy as np
np.save("t.npy", np.arange(3.0))
np.savez("t.npz", a=np.arange(3.0))
np.savetxt("t.txt", np.arange(3.0))
np.arange(3.0).tofile("t.bin")
"""
_DISTRIBUTIONS = """
beta: 1, 1
binomial: 1, 0.5
bytes: 3
chisquare: 1
choice: 5 ;; a
dirichlet: [1, 1]
exponential:
f: 1, 1
gamma: 1
geometric: 0.5
gumbel:
hypergeometric: 1, 1, 1
integers: 5
laplace:
logistic:
lognormal:
logseries: 0.5
multinomial: 1, [0.5, 0.5]
multivariate_hypergeometric: [1, 1], 1
multivariate_normal: [0, 0], m
negative_binomial: 1, 0.5
noncentral_chisquare: 1, 1
noncentral_f: 1, 1, 1
normal: ;; 0, 1, 3
pareto: 1
permutation: 5 ;; a
permuted: a ;; a, out=out
poisson: ;; 1, 3
power: 1
rand: 3
randint: 5
randn: 3
random: ;; 3
random_integers: 5
random_sample: 3
rayleigh:
sample: 3
ranf: 3
seed: 1
set_state: np.random.RandomState(2).get_state()
get_state:
get_bit_generator:
set_bit_generator: np.random.MT19937(1)
shuffle: a
spawn: 1
standard_cauchy:
standard_exponential:
standard_gamma: 1
standard_normal:
standard_t: 1
tomaxint:
triangular: 0, 1, 2
uniform: ;; 0, 1, 3
vonmises: 0, 1
wald: 1, 1
weibull: 1
zipf: 2
default_rng: 1
Generator: np.random.PCG64(1)
RandomState: 1
"""


def _sample(name: str, receiver: str, calls: str, *attempts: str, setup: str = "", skipped: str = "") -> Sample:
    return Sample(
        f"numpy.{name}".rstrip("."),
        receiver,
        _SETUP + setup,
        files=_FILES,
        calls=calls,
        attempts=("", *attempts),
        skipped=skipped,
        requires=("numpy",),
    )


SAMPLES = (
    _sample(
        "ndarray",
        "a",
        """
        argpartition: 1
        astype: float ;; float, copy=False
        choose: =i.choose([a, b, out])
        clip: 1, 2 ;; 1, 2, out=out
        compress: mask
        cumsum: ;; out=out
        dot: b ;; m[0, :1], out
        dump: 'o.pkl'
        fill: 1.0
        getfield: float
        item: 0
        itemset: 0, 1.0
        mean: ;; out=np.zeros(())
        newbyteorder: '>'
        partition: 1
        put: 0, 9.0
        repeat: 2
        reshape: 3, 1
        resize: (4,), refcheck=False
        round: ;; 1, out=out
        searchsorted: 2.0
        setfield: 1.0, float
        setflags: write=False
        sort:
        swapaxes: 0, 0
        take: [0] ;; [0, 1, 2], out=out
        to_device: 'cpu'
        tofile: 'o.bin' ;; fid='o.bin'
        transpose: ;; 0
        trace: =m.trace()
        diagonal: =m.diagonal()
        view: ;; int
        byteswap: ;; inplace=True
        squeeze:
        ravel:
        flatten:
        """,
        "1",
        "b",
    ),
    _sample(
        "ma.MaskedArray",
        "masked",
        """
filled: 0
reshape: 3, 1
put: 0, 9.0
repeat: 2
take: [0]
set_fill_value: 1.0
astype: int
compress: mask
fill: 1.0
resize: (4,), refcheck=False
harden_mask:
soften_mask:
shrink_mask:
unshare_mask:
sort:
partition: 1
setfield: 1.0, float
setflags: write=False
itemset: 0, 1.0
dump: 'o.pkl'
tofile: 'o.bin'
byteswap: ;; inplace=True

""",
        "1",
        "masked",
    ),
    _sample("random.Generator", "rng", _DISTRIBUTIONS, "1"),
    _sample("random.RandomState", "state", _DISTRIBUTIONS, "1"),
    _sample("random", "np.random", _DISTRIBUTIONS, "1"),
    _sample(
        "linalg",
        "np.linalg",
        """
        cond: m
        cross: a, b
        lstsq: m, np.ones(2)
        matmul: m, m
        matrix_power: m, 2
        multi_dot: [m, m]
        outer: a, b
        solve: m, np.ones(2)
        tensorinv: np.eye(4).reshape(2, 2, 2, 2)
        tensorsolve: m, np.ones(2)
        tensordot: m, m
        vecdot: a, b
        cholesky: m
        """,
        "m",
    ),
    _sample(
        "fft",
        "np.fft",
        "fft: a ;; a, out=np.zeros(3, complex)\nfftfreq: 3\nrfftfreq: 3\nirfft2: m\nirfftn: m\nrfft2: m\nrfftn: m",
        "a",
        "m",
    ),
    _sample(
        "ma",
        "np.ma",
        """
        array: masked
        asarray: masked
        masked_where: mask, a
        masked_values: a, 1.0
        masked_object: a, 1.0
        put: masked, 0, 1.0
        putmask: masked, mask, 1.0
        set_fill_value: masked, 1.0
        """,
        "masked",
        "a",
        "masked, masked",
        "masked, 1",
        "[masked]",
    ),
    _sample(
        "char",
        "np.char",
        """
add: words, words
multiply: words, 2
join: '-', words
replace: words, 'a', 'b'
translate: words, 'x' * 256
""",
        "words",
        "words, words",
        "words, 3",
        "words, 'a'",
    ),
    _sample(
        "strings",
        "np.strings",
        "replace: words, 'a', 'b'\ntranslate: words, 'x' * 256\nslice: words, 1",
        "words",
        "words, words",
        "words, 3",
        "words, 'a'",
    ),
    _sample("polynomial.Polynomial", "p", "", "1", "a", setup="p = np.polynomial.Polynomial([1.0, 2.0])\n"),
    _sample(
        "ufunc",
        "np.add",
        """
accumulate: a ;; a, out=out
at: a, [0], 1.0
outer: a, b
reduce: a ;; a, out=np.zeros(())
reduceat: a, [0, 1] ;; a, [0, 1, 2], out=out
""",
    ),
    _sample("poly1d", "p", "", "1", setup="p = np.poly1d([1.0, 2.0])\n"),
    _sample(
        "",
        "np",
        """
        add: a, b ;; a, b, out ;; a, b, out=out
        sqrt: a ;; a, out ;; a, out=out
        divmod: a, b
        frexp: a ;; a, out, np.zeros(3, np.int32)
        all: mask
        append: a, b
        apply_along_axis: len, 0, a
        apply_over_axes: np.sum, m, 0
        arange: 3
        array: a ;; [a] ;; a, copy=False
        array2string: a
        array_split: a, 2
        asarray: a ;; [1] ;; a, float
        base_repr: 3
        binary_repr: 3
        bincount: i
        block: [a, b]
        bmat: 'm', {'m': m}
        broadcast: a, b
        broadcast_shapes: (1,), (3,)
        broadcast_to: a, (2, 3)
        busday_count: '2020-01-01', '2020-01-05'
        busday_offset: '2020-01-01', 1
        choose: i, [a, b, out]
        clip: a, 1, 2 ;; a, 1, 2, out ;; a, 1, 2, out=out
        compress: mask, a
        concatenate: [a, b] ;; [m, m], out=np.zeros((4, 2))
        convolve: a, b
        copy: a
        copyto: a, b ;; dst=a, src=b
        corrcoef: a, b
        correlate: a, b
        cross: a, b
        cumprod: a
        cumsum: a ;; a, out=out
        datetime_as_string: np.datetime64('2020')
        delete: a, 0
        diag_indices: 2
        digitize: a, [1.0, 2.0]
        dot: a, b
        dsplit: np.zeros((2, 2, 2)), 2
        ediff1d: a
        einsum: 'i,i', a, b
        einsum_path: 'i,i', a, b
        empty: 3
        expand_dims: a, 0
        extract: mask, a
        eye: 3
        fill_diagonal: m, 0
        flip: a
        frombuffer: b'12345678'
        fromfile: 't.bin' ;; file='t.bin'
        fromfunction: lambda x: x, (3,)
        fromiter: iter([1.0]), float
        frompyfunc: len, 1, 1
        fromregex: 't.txt', '(.*)', [('x', float)]
        fromstring: '1 2', sep=' '
        full: 3, 1
        full_like: a, 1
        genfromtxt: 't.txt' ;; fname='t.txt'
        geomspace: 1, 2
        get_printoptions:
        geterr:
        geterrcall:
        getbufsize:
        gradient: a
        histogram: a
        histogram2d: a, b
        histogram_bin_edges: a
        histogramdd: m
        hsplit: m, 2
        hstack: [a, b]
        identity: 3
        indices: (2, 2)
        info: np.add
        insert: a, 0, 1.0
        interp: 1.5, b, a
        intersect1d: a, b
        isclose: a, b
        isin: a, b
        issubdtype: float, np.floating
        iterable: a
        ix_: [0], [1]
        kaiser: 3, 1
        kron: a, b
        lexsort: (a, b)
        linspace: 0, 1
        load: 't.npy' ;; file='t.npy' ;; 't.npz'
        loadtxt: 't.txt' ;; fname='t.txt'
        logspace: 0, 1
        mask_indices: 2, np.triu
        matmul: m, m ;; m, m, np.zeros((2, 2))
        matvec: m, np.ones(2)
        vecmat: np.ones(2), m
        may_share_memory: a, b
        mean: a ;; a, out=np.zeros(())
        median: a ;; a, overwrite_input=True
        memmap: 'o.mm', float, 'w+', shape=(3,)
        meshgrid: a, b
        mintypecode: ['f']
        modf: a
        moveaxis: m, 0, 1
        nan_to_num: a ;; a, copy=False ;; a, False
        ndenumerate: a
        ndindex: 2
        nditer: a
        ones: 3
        outer: a, b
        packbits: mask
        pad: a, 1
        partition: a, 1
        argpartition: a, 1
        percentile: a, 50 ;; a, 50, overwrite_input=True
        nanpercentile: a, 50 ;; a, 50, overwrite_input=True
        quantile: a, 0.5 ;; a, 0.5, overwrite_input=True
        nanquantile: a, 0.5
        nanmedian: a ;; a, overwrite_input=True
        permute_dims: a
        piecewise: a, [mask], [1.0]
        place: a, mask, [9.0]
        polyadd: a, b
        polydiv: a, b
        polyfit: a, b, 1
        polymul: a, b
        polysub: a, b
        polyval: a, 1
        printoptions: precision=2
        errstate: all='ignore'
        put: a, 0, 9.0
        put_along_axis: a, i, 1.0, 0
        putmask: a, mask, 9.0
        ravel_multi_index: ([0], [1]), (2, 2)
        reshape: a, (3, 1)
        resize: a, (2, 2)
        result_type: float, int
        roll: a, 1
        rollaxis: m, 1
        rot90: m
        row_stack: [a, b]
        save: 'o.npy', a ;; file='o.npy', arr=a ;; buffer, a
        savetxt: 'o.txt', a ;; fname='o.txt', X=a
        savez: 'o.npz', a ;; file='o.npz', a=a
        savez_compressed: 'o.npz', a
        searchsorted: b, 1.0
        select: [mask], [a]
        set_printoptions: precision=3
        setbufsize: 8192
        seterr: all='raise'
        seterrcall: print
        setdiff1d: a, b
        setxor1d: a, b
        show_config:
        show_runtime:
        sort: a
        split: a, 3
        stack: [a, b]
        swapaxes: m, 0, 1
        take: a, [0] ;; a, [0, 1, 2], out=out
        take_along_axis: a, i, 0
        tensordot: m, m
        tile: a, 2
        trapezoid: a
        transpose: m
        tri: 3
        tril_indices: 3
        triu_indices: 3
        union1d: a, b
        unpackbits: np.array([1], np.uint8)
        unravel_index: 1, (2, 2)
        unstack: m
        vander: a
        vdot: a, b
        vectorize: len
        vsplit: m, 2
        vstack: [a, b]
        where: mask ;; mask, a, b
        zeros: 3
        zeros_like: a
        ndarray: 3
        recarray: 3, dtype=[('x', int)]
        matrix: m
        asmatrix: m
        chararray: 3
        dtype: float
        finfo: float
        iinfo: int
        poly1d: a
        shares_memory: a, b
        can_cast: int, float
        bitwise_and: i, i
        bitwise_or: i, i
        bitwise_xor: i, i
        left_shift: i, i
        right_shift: i, i
        gcd: i, i
        lcm: i, i
        ldexp: a, i
        float_power: a, b
        heaviside: a, b
        is_busday: '2020-01-01'
        busdaycalendar:
        format_float_positional: 1.0
        format_float_scientific: 1.0
        """,
        "a",
        "a, b",
        "m",
        "i",
        "np.array([1], np.uint8)",
        "[a]",
        "1",
        skipped="test",
    ),
)
