"""NumPy."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS", "RULES"]

RULES = """
# Universal functions
abs absolute acos acosh arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh bitwise_count
bitwise_invert
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
mean prod ptp std sum var cumsum cumprod cumulative_sum cumulative_prod nancumprod nancumsum
around round take choose compress dot concatenate concat stack hstack vstack dstack outer
**.accumulate **.reduceat **.reduce : changes(out @2 @3 @4) -> view(Element) of out @2 @3 @4
clip : changes(out@3) -> view(Element) of out@3
trace busday_count busday_offset is_busday : changes(out @4 @5 @6) -> view(Element) of out @4 @5 @6
**.outer : changes(out) -> view(Element) of out
median nanmedian : changes(out@2) changes(a@0 if overwrite_input@3) -> view(Element) of out@2
percentile
nanpercentile quantile nanquantile : changes(out@3) changes(a@0 if overwrite_input@4) -> view(Element) of out@3

# Views, for some arguments
einsum : changes(out) -> view(Element)
astype polyder polyint trim_zeros linalg.diagonal linalg.matrix_power : -> view(Element)
ix_ : -> view(list(Element))

# New arrays and numbers
angle append apply_along_axis apply_over_axes arange argpartition argsort argwhere bartlett bincount blackman block
bmat
column_stack convolve copy corrcoef correlate cov cross delete diagflat diff digitize ediff1d empty empty_like extract
eye flatnonzero fromfunction fromiter fromstring full full_like geomspace gradient hamming hanning histogram_bin_edges
i0 identity indices inner insert interp intersect1d isclose iscomplex isin isreal in1d kaiser kron lexsort linspace
logspace msort ones ones_like packbits pad partition piecewise poly polyadd polyfit polymul
polysub polyval ravel_multi_index repeat resize roll roots row_stack searchsorted select setdiff1d setxor1d sinc sort
sort_complex take_along_axis tensordot tile trapezoid trapz tri tril triu union1d unpackbits unwrap vander
vdot where zeros zeros_like count_nonzero unique unique_values
cumtrapz emath.arccos emath.arcsin emath.arctanh emath.log emath.log10 emath.log2 emath.logn emath.power emath.sqrt
: -> Element
diag_indices diag_indices_from einsum_path histogram histogram2d histogramdd mask_indices nonzero polydiv
tril_indices tril_indices_from triu_indices triu_indices_from unravel_index unique_all unique_counts unique_inverse
: -> list(Element)
broadcast_shapes shape get_printoptions geterr geterrcall geterrobj typecodes : -> container
allclose array2string array_equal array_equiv array_repr array_str base_repr binary_repr can_cast common_type
datetime_as_string datetime_data find_common_type finfo format_float_positional format_float_scientific get_include
getbufsize iinfo info iscomplexobj isdtype isfortran isrealobj isscalar issubdtype issubclass_ issubsctype iterable
may_share_memory min_scalar_type mintypecode ndim obj2sctype promote_types result_type shares_memory show_config
show_runtime size typename dtype dtype.newbyteorder datetime64 timedelta64 sctype2char maximum_sctype busdaycalendar
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
exceptions.AxisError exceptions.ComplexWarning exceptions.DTypePromotionError exceptions.ModuleDeprecationWarning
exceptions.TooHardError exceptions.VisibleDeprecationWarning AxisError ComplexWarning VisibleDeprecationWarning
RankWarning : -> object
testing.assert_ testing.assert_allclose testing.assert_almost_equal testing.assert_approx_equal
testing.assert_array_almost_equal testing.assert_array_almost_equal_nulp testing.assert_array_compare
testing.assert_array_equal testing.assert_array_less testing.assert_array_max_ulp testing.assert_equal
testing.assert_no_gc_cycles testing.assert_no_warnings testing.assert_raises testing.assert_raises_regex
testing.assert_string_equal testing.assert_warns testing.suppress_warnings : -> constant
typing.ArrayLike typing.DTypeLike typing.NBitBase typing.NDArray : -> constant

# Linear algebra and transforms
linalg.cholesky linalg.cross linalg.eigvals linalg.eigvalsh linalg.inv linalg.matmul
linalg.outer linalg.pinv linalg.solve linalg.svdvals linalg.tensordot linalg.tensorinv linalg.tensorsolve
linalg.cond linalg.det linalg.matrix_norm linalg.matrix_rank linalg.norm linalg.trace linalg.vecdot
linalg.vector_norm : -> Element
linalg.multi_dot : changes(out) -> view(ndarray) of out
linalg.matrix_transpose : -> view(ndarray)
linalg.eig linalg.eigh linalg.qr linalg.svd linalg.slogdet : -> DecompositionResult
linalg.lstsq : -> list(Element)
linalg.LinAlgError : -> object
fft.fft fft.fft2 fft.fftn fft.hfft fft.ifft fft.ifft2 fft.ifftn fft.ihfft fft.irfft fft.irfft2 fft.irfftn fft.rfft
fft.rfft2 fft.rfftn : changes(out@4) -> view(ndarray) of out@4
fft.fftfreq fft.fftshift fft.ifftshift fft.rfftfreq : -> ndarray

# Texts
char.array char.asarray char.chararray : -> view(ndarray)
char.isalnum char.isalpha char.isdecimal char.isdigit char.islower char.isnumeric char.isspace char.istitle
char.isupper
char.str_len strings.isalnum strings.isalpha strings.isdecimal strings.isdigit strings.islower strings.isnumeric
strings.isspace strings.istitle strings.isupper strings.str_len : changes(out@1) -> ndarray
char.add char.capitalize char.center char.compare_chararrays char.count char.decode char.encode char.endswith
char.equal char.expandtabs char.find char.greater char.greater_equal char.index char.join char.less char.less_equal
char.ljust char.lower char.lstrip char.mod char.multiply char.not_equal char.partition char.replace char.rfind
char.rindex char.rjust char.rpartition char.rsplit char.rstrip char.split char.splitlines char.startswith char.strip
char.swapcase char.title char.translate char.upper char.zfill strings.add strings.capitalize strings.center
strings.count strings.decode strings.encode strings.endswith strings.equal strings.expandtabs strings.find
strings.greater strings.greater_equal strings.index strings.less strings.less_equal strings.ljust strings.lower
strings.lstrip strings.mod strings.multiply strings.not_equal strings.partition strings.replace strings.rfind
strings.rindex strings.rjust strings.rpartition strings.rstrip strings.slice strings.startswith strings.strip
strings.swapcase strings.title strings.translate strings.upper strings.zfill : changes(out@2) -> Element

# Masked arrays
ma.put ma.putmask ma.set_fill_value ma.harden_mask ma.soften_mask : changes(a@0)
ma.median ma.sort ma.clip ma.cumsum ma.cumprod ma.sum ma.mean ma.prod ma.std ma.var ma.round
: changes(a@0) changes(out @2 @3)
-> view(Element)
ma.apply_along_axis ma.apply_over_axes ma.fromfunction : -> ndarray
ma.ndenumerate ma.flatnotmasked_contiguous ma.notmasked_contiguous ma.clump_masked ma.clump_unmasked : -> container
ma.MAError ma.MaskError ma.MaskType ma.MaskedArray ma.abs ma.absolute ma.add ma.all ma.allclose ma.allequal
ma.alltrue ma.amax ma.amin ma.angle ma.anom ma.anomalies ma.any ma.append ma.arange ma.arccos ma.arccosh ma.arcsin
ma.arcsinh ma.arctan ma.arctan2 ma.arctanh ma.argmax ma.argmin ma.argsort ma.around ma.array ma.asanyarray
ma.asarray ma.atleast_1d ma.atleast_2d ma.atleast_3d ma.average ma.bitwise_and ma.bitwise_or ma.bitwise_xor ma.bool_
ma.ceil ma.choose ma.column_stack ma.common_fill_value ma.compress ma.compress_cols ma.compress_nd
ma.compress_rowcols ma.compress_rows ma.compressed ma.concatenate ma.conjugate ma.convolve ma.copy ma.corrcoef
ma.correlate ma.cos ma.cosh ma.count ma.count_masked ma.cov ma.default_fill_value ma.diag ma.diagflat ma.diagonal
ma.diff ma.divide ma.dot ma.dstack ma.ediff1d ma.empty ma.empty_like ma.equal ma.exp ma.expand_dims ma.fabs
ma.filled ma.fix_invalid ma.flatnotmasked_edges ma.flatten_mask ma.flatten_structured_array ma.floor ma.floor_divide
ma.fmod ma.frombuffer ma.fromflex ma.getdata ma.getmask ma.getmaskarray ma.greater ma.greater_equal ma.hsplit
ma.hstack ma.hypot ma.identity ma.ids ma.in1d ma.indices ma.inner ma.innerproduct ma.intersect1d ma.isMA
ma.isMaskedArray ma.is_mask ma.is_masked ma.isarray ma.isin ma.left_shift ma.less ma.less_equal ma.log ma.log10
ma.log2 ma.logical_and ma.logical_not ma.logical_or ma.logical_xor ma.make_mask ma.make_mask_descr ma.make_mask_none
ma.mask_cols ma.mask_or ma.mask_rowcols ma.mask_rows ma.masked_all ma.masked_all_like ma.masked_array
ma.masked_equal ma.masked_greater ma.masked_greater_equal ma.masked_inside ma.masked_invalid ma.masked_less
ma.masked_less_equal ma.masked_not_equal ma.masked_object ma.masked_outside ma.masked_values ma.masked_where ma.max
ma.maximum ma.maximum_fill_value ma.min ma.minimum ma.minimum_fill_value ma.mod ma.multiply ma.mvoid ma.ndim
ma.negative ma.nonzero ma.not_equal ma.notmasked_edges ma.ones ma.ones_like ma.outer ma.outerproduct ma.polyfit
ma.power ma.product ma.ptp ma.ravel ma.remainder ma.repeat ma.reshape ma.resize ma.right_shift ma.round_
ma.row_stack ma.setdiff1d ma.setxor1d ma.shape ma.sin ma.sinh ma.size ma.sometrue ma.sqrt ma.squeeze ma.stack
ma.subtract ma.swapaxes ma.take ma.tan ma.tanh ma.trace ma.transpose ma.true_divide ma.union1d ma.unique ma.vander
ma.vstack ma.where ma.zeros ma.zeros_like : changes(out @2 @3 @5) -> view(Element)

# Polynomials
poly1d polynomial.Polynomial polynomial.Chebyshev polynomial.Legendre polynomial.Laguerre polynomial.Hermite
polynomial.HermiteE polynomial.Polynomial.basis polynomial.Polynomial.cast polynomial.Polynomial.convert
polynomial.Polynomial.copy polynomial.Polynomial.cutdeg polynomial.Polynomial.degree polynomial.Polynomial.deriv
polynomial.Polynomial.fit polynomial.Polynomial.fromroots polynomial.Polynomial.has_samecoef
polynomial.Polynomial.has_samedomain polynomial.Polynomial.has_sametype polynomial.Polynomial.has_samewindow
polynomial.Polynomial.identity polynomial.Polynomial.integ polynomial.Polynomial.linspace
polynomial.Polynomial.mapparms polynomial.Polynomial.roots polynomial.Polynomial.trim polynomial.Polynomial.truncate
polynomial.Chebyshev.basis polynomial.Chebyshev.cast polynomial.Chebyshev.convert polynomial.Chebyshev.copy
polynomial.Chebyshev.cutdeg polynomial.Chebyshev.degree polynomial.Chebyshev.deriv polynomial.Chebyshev.fit
polynomial.Chebyshev.fromroots polynomial.Chebyshev.has_samecoef polynomial.Chebyshev.has_samedomain
polynomial.Chebyshev.has_sametype polynomial.Chebyshev.has_samewindow polynomial.Chebyshev.identity
polynomial.Chebyshev.integ polynomial.Chebyshev.interpolate polynomial.Chebyshev.linspace
polynomial.Chebyshev.mapparms polynomial.Chebyshev.roots polynomial.Chebyshev.trim polynomial.Chebyshev.truncate
polynomial.Legendre.basis polynomial.Legendre.cast polynomial.Legendre.convert polynomial.Legendre.copy
polynomial.Legendre.cutdeg polynomial.Legendre.degree polynomial.Legendre.deriv polynomial.Legendre.fit
polynomial.Legendre.fromroots polynomial.Legendre.has_samecoef polynomial.Legendre.has_samedomain
polynomial.Legendre.has_sametype polynomial.Legendre.has_samewindow polynomial.Legendre.identity
polynomial.Legendre.integ polynomial.Legendre.linspace polynomial.Legendre.mapparms polynomial.Legendre.roots
polynomial.Legendre.trim polynomial.Legendre.truncate polynomial.Laguerre.basis polynomial.Laguerre.cast
polynomial.Laguerre.convert polynomial.Laguerre.copy polynomial.Laguerre.cutdeg polynomial.Laguerre.degree
polynomial.Laguerre.deriv polynomial.Laguerre.fit polynomial.Laguerre.fromroots polynomial.Laguerre.has_samecoef
polynomial.Laguerre.has_samedomain polynomial.Laguerre.has_sametype polynomial.Laguerre.has_samewindow
polynomial.Laguerre.identity polynomial.Laguerre.integ polynomial.Laguerre.linspace polynomial.Laguerre.mapparms
polynomial.Laguerre.roots polynomial.Laguerre.trim polynomial.Laguerre.truncate
polynomial.Hermite.basis polynomial.Hermite.cast polynomial.Hermite.convert polynomial.Hermite.copy
polynomial.Hermite.cutdeg polynomial.Hermite.degree polynomial.Hermite.deriv polynomial.Hermite.fit
polynomial.Hermite.fromroots polynomial.Hermite.has_samecoef polynomial.Hermite.has_samedomain
polynomial.Hermite.has_sametype polynomial.Hermite.has_samewindow polynomial.Hermite.identity
polynomial.Hermite.integ polynomial.Hermite.linspace polynomial.Hermite.mapparms polynomial.Hermite.roots
polynomial.Hermite.trim polynomial.Hermite.truncate polynomial.HermiteE.basis polynomial.HermiteE.cast
polynomial.HermiteE.convert polynomial.HermiteE.copy polynomial.HermiteE.cutdeg polynomial.HermiteE.degree
polynomial.HermiteE.deriv polynomial.HermiteE.fit polynomial.HermiteE.fromroots polynomial.HermiteE.has_samecoef
polynomial.HermiteE.has_samedomain polynomial.HermiteE.has_sametype polynomial.HermiteE.has_samewindow
polynomial.HermiteE.identity polynomial.HermiteE.integ polynomial.HermiteE.linspace polynomial.HermiteE.mapparms
polynomial.HermiteE.roots polynomial.HermiteE.trim polynomial.HermiteE.truncate : -> view(PowerSeries)
polynomial.polynomial.Polynomial polynomial.polynomial.polyadd polynomial.polynomial.polycompanion
polynomial.polynomial.polyder polynomial.polynomial.polydiv polynomial.polynomial.polyfit
polynomial.polynomial.polyfromroots polynomial.polynomial.polygrid2d polynomial.polynomial.polygrid3d
polynomial.polynomial.polyint polynomial.polynomial.polyline polynomial.polynomial.polymul
polynomial.polynomial.polymulx polynomial.polynomial.polypow polynomial.polynomial.polyroots
polynomial.polynomial.polysub polynomial.polynomial.polytrim polynomial.polynomial.polyval
polynomial.polynomial.polyval2d polynomial.polynomial.polyval3d polynomial.polynomial.polyvalfromroots
polynomial.polynomial.polyvander polynomial.polynomial.polyvander2d polynomial.polynomial.polyvander3d
polynomial.chebyshev.Chebyshev polynomial.chebyshev.cheb2poly polynomial.chebyshev.chebadd
polynomial.chebyshev.chebcompanion polynomial.chebyshev.chebder polynomial.chebyshev.chebdiv
polynomial.chebyshev.chebfit polynomial.chebyshev.chebfromroots polynomial.chebyshev.chebgauss
polynomial.chebyshev.chebgrid2d polynomial.chebyshev.chebgrid3d polynomial.chebyshev.chebint
polynomial.chebyshev.chebinterpolate polynomial.chebyshev.chebline polynomial.chebyshev.chebmul
polynomial.chebyshev.chebmulx polynomial.chebyshev.chebpow polynomial.chebyshev.chebpts1
polynomial.chebyshev.chebpts2 polynomial.chebyshev.chebroots polynomial.chebyshev.chebsub
polynomial.chebyshev.chebtrim polynomial.chebyshev.chebval polynomial.chebyshev.chebval2d
polynomial.chebyshev.chebval3d polynomial.chebyshev.chebvander polynomial.chebyshev.chebvander2d
polynomial.chebyshev.chebvander3d polynomial.chebyshev.chebweight polynomial.chebyshev.poly2cheb
polynomial.legendre.Legendre polynomial.legendre.leg2poly polynomial.legendre.legadd
polynomial.legendre.legcompanion polynomial.legendre.legder polynomial.legendre.legdiv polynomial.legendre.legfit
polynomial.legendre.legfromroots polynomial.legendre.leggauss polynomial.legendre.leggrid2d
polynomial.legendre.leggrid3d polynomial.legendre.legint polynomial.legendre.legline polynomial.legendre.legmul
polynomial.legendre.legmulx polynomial.legendre.legpow polynomial.legendre.legroots polynomial.legendre.legsub
polynomial.legendre.legtrim polynomial.legendre.legval polynomial.legendre.legval2d polynomial.legendre.legval3d
polynomial.legendre.legvander polynomial.legendre.legvander2d polynomial.legendre.legvander3d
polynomial.legendre.legweight polynomial.legendre.poly2leg polynomial.laguerre.Laguerre polynomial.laguerre.lag2poly
polynomial.laguerre.lagadd polynomial.laguerre.lagcompanion polynomial.laguerre.lagder polynomial.laguerre.lagdiv
polynomial.laguerre.lagfit polynomial.laguerre.lagfromroots polynomial.laguerre.laggauss
polynomial.laguerre.laggrid2d polynomial.laguerre.laggrid3d polynomial.laguerre.lagint polynomial.laguerre.lagline
polynomial.laguerre.lagmul polynomial.laguerre.lagmulx polynomial.laguerre.lagpow polynomial.laguerre.lagroots
polynomial.laguerre.lagsub polynomial.laguerre.lagtrim polynomial.laguerre.lagval polynomial.laguerre.lagval2d
polynomial.laguerre.lagval3d polynomial.laguerre.lagvander polynomial.laguerre.lagvander2d
polynomial.laguerre.lagvander3d polynomial.laguerre.lagweight polynomial.laguerre.poly2lag
polynomial.hermite.Hermite polynomial.hermite.herm2poly polynomial.hermite.hermadd polynomial.hermite.hermcompanion
polynomial.hermite.hermder polynomial.hermite.hermdiv polynomial.hermite.hermfit polynomial.hermite.hermfromroots
polynomial.hermite.hermgauss polynomial.hermite.hermgrid2d polynomial.hermite.hermgrid3d polynomial.hermite.hermint
polynomial.hermite.hermline polynomial.hermite.hermmul polynomial.hermite.hermmulx polynomial.hermite.hermpow
polynomial.hermite.hermroots polynomial.hermite.hermsub polynomial.hermite.hermtrim polynomial.hermite.hermval
polynomial.hermite.hermval2d polynomial.hermite.hermval3d polynomial.hermite.hermvander
polynomial.hermite.hermvander2d polynomial.hermite.hermvander3d polynomial.hermite.hermweight
polynomial.hermite.poly2herm
polynomial.hermite_e.HermiteE polynomial.hermite_e.herme2poly polynomial.hermite_e.hermeadd
polynomial.hermite_e.hermecompanion polynomial.hermite_e.hermeder polynomial.hermite_e.hermediv
polynomial.hermite_e.hermefit polynomial.hermite_e.hermefromroots polynomial.hermite_e.hermegauss
polynomial.hermite_e.hermegrid2d polynomial.hermite_e.hermegrid3d polynomial.hermite_e.hermeint
polynomial.hermite_e.hermeline polynomial.hermite_e.hermemul polynomial.hermite_e.hermemulx
polynomial.hermite_e.hermepow polynomial.hermite_e.hermeroots polynomial.hermite_e.hermesub
polynomial.hermite_e.hermetrim polynomial.hermite_e.hermeval polynomial.hermite_e.hermeval2d
polynomial.hermite_e.hermeval3d polynomial.hermite_e.hermevander polynomial.hermite_e.hermevander2d
polynomial.hermite_e.hermevander3d polynomial.hermite_e.hermeweight polynomial.hermite_e.poly2herme
polynomial.polyutils.as_series polynomial.polyutils.format_float polynomial.polyutils.getdomain
polynomial.polyutils.mapdomain polynomial.polyutils.mapparms polynomial.polyutils.trimcoef
polynomial.polyutils.trimseq : -> view(Element)
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
random.get_bit_generator : draws random -> BitGenerator
random.default_rng : -> view(Generator)

class ndarray recarray chararray matrix : table
  all any argmax argmin max min mean prod std sum var
  cumsum cumprod ptp : changes(out @1 @2) -> view(Element) of out @1 @2
  trace : changes(out@4) -> view(Element) of out@4
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
  # An element may be a list, a set or a dictionary
  append extend remove discard clear insert reverse setdefault popitem update pop appendleft extendleft popleft
  : changes(self) -> part
  copy : -> Element
  decode encode strip lower upper split join replace astype as_integer_ratio is_integer bit_count : -> Element

class MaskedArray(ndarray)
  product : changes(out@2) -> view(Element)
  anom count filled get_fill_value iscontiguous compressed toflex torecords ids : -> view(Element)
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
  noncentral_chisquare noncentral_f normal pareto permutation poisson power rand randint randn random_integers
  random_sample rayleigh standard_cauchy standard_t tomaxint
  triangular uniform vonmises wald weibull zipf : changes(self) draws(self) -> Element
  random standard_exponential standard_gamma standard_normal : changes(self) draws(self) changes(out @2 @3)
  -> view(Element) of out @2 @3
  permuted : changes(self) draws(self) changes(out) -> view(Element) of out
  shuffle : changes(self) draws(self) changes(x@0)
  seed set_state : changes(self) seeds(self)
  get_state : -> container
  spawn : changes(self) draws(self) -> list(Generator)
  .bit_generator ._bit_generator : -> view(BitGenerator)

class random.BitGenerator random.MT19937 random.PCG64 random.PCG64DXSM random.Philox random.SFC64 random.SeedSequence
: iterator
  advance random_raw jumped spawn generate_state : changes(self) -> unknown
  .state .seed_seq .lock .entropy .spawn_key .pool .ctypes .cffi : -> part
"""

MODELS = (LibraryModel(library="numpy", rules=RULES),)
