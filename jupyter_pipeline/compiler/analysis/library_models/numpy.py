"""NumPy."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS", "RULES"]

RULES = """
# Universal functions
abs absolute acos acosh arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh bitwise_count bitwise_invert
bitwise_not cbrt ceil conj conjugate cos cosh deg2rad degrees exp exp2 expm1 fabs floor invert isfinite isinf isnan
isnat log log10 log1p log2 logical_not negative positive rad2deg radians reciprocal rint sign signbit sin sinh spacing
sqrt square tan tanh trunc fix isneginf isposinf : changes(out@1) -> view(Element) of out@1
add arctan2 atan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor copysign divide equal
float_power floor_divide fmax fmin fmod gcd greater greater_equal heaviside hypot lcm ldexp left_shift less less_equal
logaddexp logaddexp2 logical_and logical_or logical_xor matmul matvec maximum minimum mod multiply nextafter
not_equal pow
power remainder right_shift subtract true_divide vecdot vecmat : changes(out@2) -> view(Element) of out@2
divmod : changes(out@2 @3) -> list(Element)
frexp modf : changes(out@1 @2) -> list(Element)
**.at : changes(@0 @1)

# Functions with an output
all any amax amin argmax argmin average max min nanargmax nanargmin nanmax nanmean nanmin nanprod nanstd nansum nanvar
mean prod ptp std sum trace var cumsum cumprod cumulative_sum cumulative_prod nancumprod nancumsum
around round take choose compress dot concatenate concat stack hstack vstack dstack outer einsum
**.accumulate **.reduceat **.reduce : changes(out @2 @3 @4) -> view(Element) of out @2 @3 @4
clip : changes(out@3) -> view(Element) of out@3
median nanmedian : changes(out@2) changes(a@0 if overwrite_input@3) -> view(Element) of out@2
percentile
nanpercentile quantile nanquantile : changes(out@3) changes(a@0 if overwrite_input@4) -> view(Element) of out@3

# New arrays and numbers
angle append apply_along_axis apply_over_axes arange argpartition argsort argwhere bartlett bincount blackman block bmat
column_stack convolve copy corrcoef correlate cov cross delete diagflat diff digitize ediff1d empty empty_like extract
eye flatnonzero fromfunction fromiter fromstring full full_like geomspace gradient hamming hanning histogram_bin_edges
i0 identity indices inner insert interp intersect1d isclose iscomplex isin isreal in1d kaiser kron lexsort linspace
logspace msort ones ones_like packbits pad partition piecewise poly polyadd polyder polyfit polyint polymul
polysub polyval ravel_multi_index repeat resize roll roots row_stack searchsorted select setdiff1d setxor1d sinc sort
sort_complex take_along_axis tensordot tile trapezoid trapz tri tril trim_zeros triu union1d unpackbits unwrap vander
vdot where zeros zeros_like count_nonzero astype unique unique_values busday_count busday_offset is_busday
cumtrapz emath.* **.outer : -> Element
diag_indices diag_indices_from einsum_path histogram histogram2d histogramdd ix_ mask_indices nonzero polydiv
tril_indices tril_indices_from triu_indices triu_indices_from unravel_index unique_all unique_counts unique_inverse
: -> list(Element)
broadcast_shapes shape get_printoptions geterr geterrcall geterrobj typecodes : -> container
allclose array2string array_equal array_equiv array_repr array_str base_repr binary_repr can_cast common_type
datetime_as_string datetime_data find_common_type finfo format_float_positional format_float_scientific get_include
getbufsize iinfo info iscomplexobj isdtype isfortran isrealobj isscalar issubdtype issubclass_ issubsctype iterable
may_share_memory min_scalar_type mintypecode ndim obj2sctype promote_types result_type shares_memory show_config
show_runtime size typename dtype dtype.* datetime64 timedelta64 sctype2char maximum_sctype busdaycalendar
__version__ : -> constant
bool bool_ bool8 byte bytes_ cdouble cfloat character clongdouble clongfloat complex128 complex256 complex64 complex_
csingle double float float128 float16 float32 float64 float_ half int int16 int32 int64 int8 int_ intc intp long
longdouble longfloat longlong object_ short single singlecomplex str_ string_ ubyte uint uint16 uint32 uint64 uint8
uintc uintp ulong ulonglong unicode_ ushort void record : -> Element

# Views
array asanyarray asarray asarray_chkfinite ascontiguousarray asfortranarray require expand_dims flip fliplr flipud
from_dlpack frombuffer matrix_transpose moveaxis permute_dims ravel real_if_close reshape rollaxis rot90
squeeze swapaxes
transpose broadcast_to diag diagonal real imag atleast_1d atleast_2d atleast_3d asmatrix mat matrix recarray asfarray
lib.stride_tricks.as_strided lib.stride_tricks.sliding_window_view lib.stride_tricks.broadcast_to : -> view(ndarray)
nan_to_num : changes(x@0) -> view(Element)
array_split split hsplit vsplit dsplit unstack broadcast_arrays meshgrid : -> view(list(ndarray))
nditer ndenumerate broadcast nested_iters : -> view(ArrayIterator)
ndindex : -> iterator
rec.array rec.fromarrays rec.fromrecords rec.fromstring : -> view(ndarray)
rec.fromfile : reads(fd@0) -> ndarray
r_.__getitem__ c_.__getitem__ mgrid.__getitem__ ogrid.__getitem__ : -> ndarray
s_.__getitem__ index_exp.__getitem__ : -> constant

# Arguments in place
copyto : changes(dst@0)
put place putmask put_along_axis fill_diagonal : changes(a@0 arr@0 ar@0)
frompyfunc vectorize : -> unknown

# Files
load : reads(file@0) -> ArrayOrArchive
loadtxt genfromtxt recfromcsv recfromtxt : reads(fname@0) -> ndarray
fromfile fromregex : reads(file@0) -> ndarray
save savez savez_compressed : writes(file@0)
savetxt : writes(fname@0)
memmap lib.format.open_memmap : writes(filename@0) -> memmap
DataSource : writes(destpath@0) -> object

# Settings
seterr setbufsize set_printoptions seterrcall set_string_function seterrobj set_numeric_ops : configures -> container
errstate printoptions : -> Context

# Errors, tests, modules
exceptions.* AxisError ComplexWarning VisibleDeprecationWarning RankWarning : -> object
testing.assert_* testing.suppress_warnings : -> constant
typing.* : -> constant

# Linear algebra and transforms
linalg.cholesky linalg.cross linalg.diagonal linalg.eigvals linalg.eigvalsh linalg.inv linalg.matmul linalg.matrix_power
linalg.outer linalg.pinv linalg.solve linalg.svdvals linalg.tensordot linalg.tensorinv linalg.tensorsolve
linalg.cond linalg.det linalg.matrix_norm linalg.matrix_rank linalg.norm linalg.trace linalg.vecdot
linalg.vector_norm : -> Element
linalg.multi_dot : changes(out) -> view(ndarray) of out
linalg.matrix_transpose : -> view(ndarray)
linalg.eig linalg.eigh linalg.qr linalg.svd linalg.slogdet : -> DecompositionResult
linalg.lstsq : -> list(Element)
linalg.LinAlgError : -> object
fft.fft fft.fft2 fft.fftn fft.hfft fft.ifft fft.ifft2 fft.ifftn fft.ihfft fft.irfft fft.irfft2 fft.irfftn fft.rfft
fft.rfft2 fft.rfftn fft.fftfreq fft.fftshift fft.ifftshift fft.rfftfreq : changes(out) -> view(ndarray) of out

# Texts
char.array char.asarray char.chararray : -> view(ndarray)
char.isalnum char.isalpha char.isdecimal char.isdigit char.islower char.isnumeric char.isspace char.istitle char.isupper
char.str_len strings.isalnum strings.isalpha strings.isdecimal strings.isdigit strings.islower strings.isnumeric
strings.isspace strings.istitle strings.isupper strings.str_len : changes(out@1) -> ndarray
char.* strings.* : changes(out) -> Element

# Masked arrays
ma.put ma.putmask ma.set_fill_value ma.harden_mask ma.soften_mask : changes(a@0)
ma.median ma.sort ma.clip ma.cumsum ma.cumprod ma.sum ma.mean ma.prod ma.std ma.var ma.round : changes(a@0) changes(out)
-> view(Element)
ma.apply_along_axis ma.apply_over_axes ma.fromfunction : -> ndarray
ma.ndenumerate ma.flatnotmasked_contiguous ma.notmasked_contiguous ma.clump_masked ma.clump_unmasked : -> container
ma.* : changes(out) -> view(Element)

# Polynomials
poly1d polynomial.Polynomial polynomial.Chebyshev polynomial.Legendre polynomial.Laguerre polynomial.Hermite
polynomial.HermiteE polynomial.Polynomial.* polynomial.Chebyshev.* polynomial.Legendre.* polynomial.Laguerre.*
polynomial.Hermite.* polynomial.HermiteE.* : -> view(PowerSeries)
polynomial.polynomial.* polynomial.chebyshev.* polynomial.legendre.* polynomial.laguerre.* polynomial.hermite.*
polynomial.hermite_e.* polynomial.polyutils.* : -> view(Element)
polynomial.set_default_printstyle : configures

# Random numbers
random.seed random.set_state random.set_bit_generator : seeds
random.get_state : draws -> container
random.beta random.binomial random.bytes random.chisquare random.choice random.dirichlet random.exponential random.f
random.gamma random.geometric random.gumbel random.hypergeometric random.laplace random.logistic random.lognormal
random.logseries random.multinomial random.multivariate_normal random.negative_binomial random.noncentral_chisquare
random.noncentral_f random.normal random.pareto random.permutation random.poisson random.power
random.rand random.randint
random.randn random.random random.random_integers random.random_sample random.ranf random.rayleigh random.sample
random.standard_cauchy random.standard_exponential random.standard_gamma random.standard_normal random.standard_t
random.triangular random.uniform random.vonmises random.wald
random.weibull random.zipf random.tomaxint : draws -> Element
random.shuffle : draws changes(x@0)
random.get_bit_generator : draws -> BitGenerator
random.default_rng : -> view(Generator)

class ndarray recarray chararray matrix : table
  all any argmax argmin max min mean prod std sum var trace
  cumsum cumprod ptp : changes(out @1 @2) -> view(Element) of out @1 @2
  round choose : changes(out@1) -> view(ndarray) of out@1
  clip compress take : changes(out@2) -> view(ndarray) of out@2
  dot : changes(out@1) -> view(Element) of out@1
  argpartition argsort copy flatten repeat searchsorted : -> Element
  item tobytes tostring dumps tolist __len__ __contains__ : -> part
  nonzero : -> list(ndarray)
  astype getfield ravel reshape squeeze swapaxes to_device transpose view diagonal conj conjugate newbyteorder
  __array__ get_imag get_real getA getA1 getH getI getT : -> view(ndarray)
  .T .mT .real .imag .flat .base .A .A1 .I .H .data .ctypes .mask .recordmask : -> view(ndarray)
  .device .dtype .itemsize .nbytes .ndim .size .shape .strides : -> constant
  .flags : -> part
  field : changes(self if val@1) -> view(ndarray)
  byteswap : changes(self if inplace @0) -> view(ndarray)
  fill partition put resize setfield setflags sort itemset __setitem__ __iadd__ __isub__ __imul__ : changes(self)
  dump tofile : writes(fid@0 file@0)
  __getitem__ __iter__ : -> view(Element)

# Also the numbers that functions return for arrays without dimensions
class Element(ndarray, builtins.str)
  copy : -> Element
  decode encode strip lower upper split join replace astype as_integer_ratio is_integer bit_count : -> Element

class MaskedArray(ndarray)
  anom count filled get_fill_value iscontiguous compressed toflex torecords ids product : -> view(Element)
  harden_mask shrink_mask soften_mask unshare_mask set_fill_value : changes(self) -> view(self)
  .fill_value .hardmask .sharedmask .baseclass : -> constant

class memmap(ndarray) : object
  flush : changes(self)
  .filename .offset .mode : -> constant

class ArrayOrArchive(ndarray)
  keys values items get : -> part
  close : -> constant
  .files .f .fid .zip : -> part
  __enter__ : -> view(self)

class DecompositionResult : container
  .eigenvalues .eigenvectors .Q .R .U .S .Vh .sign .logabsdet .* : -> view(Element)
  __getitem__ __iter__ : -> view(Element)

class ArrayIterator : iterator
  __iter__ __next__ : -> view(Element)
  __enter__ : -> view(self)
  iternext reset close enable_external_loop remove_axis remove_multi_index : changes(self)
  .operands .itviews .value : -> part
  .finished .multi_index .index .shape .size .ndim : -> constant

class PowerSeries : object
  basis convert copy cutdeg deriv fit fromroots identity integ trim truncate integrate : -> PowerSeries
  degree has_samecoef has_samedomain has_sametype has_samewindow : -> constant
  linspace mapparms roots __call__ : -> Element
  .basis_name .maxpower .symbol .o .order .variable : -> constant
  .coef .c .coefficients .coeffs .domain .window .r .roots : -> view(ndarray)
  __getitem__ __iter__ : -> view(Element)

class Context : object
  __enter__ : configures

# Generators with a state of their own
class random.RandomState random.Generator : iterator
  beta binomial bytes chisquare choice dirichlet exponential f gamma geometric gumbel hypergeometric integers laplace
  logistic lognormal logseries multinomial multivariate_hypergeometric multivariate_normal negative_binomial
  noncentral_chisquare noncentral_f normal pareto permutation poisson power rand randint randn random random_integers
  random_sample rayleigh standard_cauchy standard_exponential standard_gamma standard_normal standard_t tomaxint
  triangular uniform vonmises wald weibull zipf : changes(self) changes(out) -> Element
  permuted : changes(self) changes(out) -> view(Element) of out
  shuffle : changes(self) changes(x@0)
  seed set_state : changes(self)
  get_state : -> container
  spawn : changes(self) -> list(Generator)
  .bit_generator ._bit_generator : -> view(BitGenerator)

class random.BitGenerator random.MT19937 random.PCG64 random.PCG64DXSM random.Philox random.SFC64 random.SeedSequence
: iterator
  advance random_raw jumped spawn generate_state : changes(self) -> unknown
  .state .seed_seq .lock .entropy .spawn_key .pool .ctypes .cffi : -> part
"""

MODELS = (LibraryModel(library="numpy", rules=RULES),)
