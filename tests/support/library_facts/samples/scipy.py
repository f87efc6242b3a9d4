"""SciPy."""

from __future__ import annotations

from library_facts.sample import Sample

__all__ = ["SAMPLES"]

_SETUP = """
import numpy as np
import scipy.cluster.hierarchy as hierarchy
import scipy.cluster.vq as vq
import scipy.constants as constants
import scipy.fft as fft
import scipy.integrate as integrate
import scipy.interpolate as interpolate
import scipy.linalg as linalg
import scipy.ndimage as ndimage
import scipy.optimize as optimize
import scipy.signal as signal
import scipy.sparse as sparse
import scipy.sparse.csgraph as csgraph
import scipy.sparse.linalg as splinalg
import scipy.spatial as spatial
import scipy.spatial.distance as distance
import scipy.special as special
import scipy.stats as stats
v = np.array([0.2, 0.4, 0.1, 0.8, 0.5, 0.3, 0.7, 0.6])
w = np.array([0.3, 0.1, 0.2, 0.9, 0.4, 0.6, 0.8, 0.5])
n = np.array([1, 2])
m = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]])
b = np.array([1.0, 2.0, 3.0])
points = np.array([[0.0, 0.0], [1.0, 0.1], [0.2, 1.0], [1.1, 1.2], [0.5, 0.4]])
image = np.arange(36.0).reshape(6, 6) % 5
mask = image > 2
links = hierarchy.linkage(points)
gaps = distance.pdist(points)
graph = sparse.csr_array(np.array([[0, 1.0, 2.0], [1.0, 0, 0], [2.0, 0, 0]]))
s = sparse.csr_array(m)
sos = signal.butter(2, 0.3, output="sos")
num, den = signal.butter(2, 0.3)
x = np.arange(8.0)
counts = np.array([[10, 4], [3, 9]])
f = lambda t: t**2 - 2
g = lambda p: float(np.sum((np.asarray(p) - 1) ** 2))
"""
_SPECIAL = """
import numpy as np
import scipy.special as special
v = np.array([0.2, 0.4, 0.1, 0.8])
w = np.array([0.3, 0.1, 0.2, 0.9])
"""
_LINALG = """
    cho_solve: linalg.cho_factor(m), b
    cho_solve_banded: (np.array([[0, 1.0, 1.0], [4.0, 4.0, 4.0]]), False), b
    cholesky_banded: np.array([[0, 1.0, 1.0], [4.0, 4.0, 4.0]])
    eig_banded: np.array([[0, 1.0, 1.0], [4.0, 4.0, 4.0]])
    eigvals_banded: np.array([[0, 1.0, 1.0], [4.0, 4.0, 4.0]])
    solveh_banded: np.array([[0, 1.0, 1.0], [4.0, 4.0, 4.0]]), b
    solve_banded: (1, 1), np.array([[0, 1.0, 1.0], [4.0, 4.0, 4.0], [1.0, 1.0, 0]]), b
    lu_solve: linalg.lu_factor(m), b
    eigh_tridiagonal: b, b[:2]
    eigvalsh_tridiagonal: b, b[:2]
    fractional_matrix_power: m, 0.5
    funm: m, np.exp
    diagsvd: b, 3, 3
    hadamard: 4
    helmert: 4
    hilbert: 3
    invhilbert: 3
    invpascal: 3
    pascal: 3
    dft: 3
    leslie: [0.1, 2.0, 1.0], [0.2, 0.8]
    convolution_matrix: b, 2
    solve_sylvester: m, m, m
    solve_continuous_are: m, m, m, m
    solve_discrete_are: m, m, m, m
    qr_multiply: m, b
    solve: m, b ;; m.copy(order='F'), b, overwrite_b=True
    inv: m ;; m, overwrite_a=True
    cossin: linalg.qr(m)[0], 1, 1
    qr_delete: *linalg.qr(m), 0
    qr_insert: *linalg.qr(m), b, 0
    qr_update: *linalg.qr(m), b, b
    clarkson_woodruff_transform: m, 2 ;; m, 2, rng=np.random.default_rng(1)
    rsf2csf: *linalg.schur(m)
    cdf2rdf: *linalg.eig(m)
"""
_STATS = """
    chi2_contingency: counts
    fisher_exact: counts
    barnard_exact: counts
    boschloo_exact: counts
    somersd: counts
    bootstrap: (v,), np.mean, n_resamples=5 ;; (v,), np.mean, n_resamples=5, rng=np.random.default_rng(1)
    permutation_test: (v, w), lambda a, b: np.mean(a) - np.mean(b), n_resamples=5
    monte_carlo_test: v, stats.norm.rvs, np.mean, n_resamples=5
    goodness_of_fit: stats.norm, v, n_mc_samples=5
    fit: stats.norm, v, [(0, 1), (0.1, 1)]
    dunnett: v, control=w
    kstest: v, 'norm'
    ks_1samp: v, stats.norm.cdf
    binned_statistic: v, w
    binned_statistic_2d: v, w, x
    binned_statistic_dd: [v, w], x
    binomtest: 3, 10
    combine_pvalues: v
    false_discovery_control: v
    power_divergence: v
    percentileofscore: v, 0.3
    scoreatpercentile: v, 30
    ttest_ind_from_stats: 1, 1, 10, 2, 1, 10
    ttest_1samp: v, 0.4 ;; v, 0.4, method=stats.MonteCarloMethod(n_resamples=5, rng=np.random.default_rng(1))
    trimboth: v, 0.1
    trim1: v, 0.1
    trim_mean: v, 0.1
    sigmaclip: v
    rankdata: v
    zmap: v, w
    mannwhitneyu: v, w
    wilcoxon: v, w
    probplot: v
    boxcox_normplot: v + 1, -1, 1
    boxcox_llf: 1, v + 1
    yeojohnson_llf: 1, v
    yeojohnson_normplot: v, -1, 1
    ppcc_plot: v, 0.1, 0.5
    expectile: v
    quantile: v, 0.5
    quantile_test: v
    friedmanchisquare: v, w, x
    kruskal: v, w
    f_oneway: v, w
    alexandergovern: v, w
    bartlett: v, w
    fligner: v, w
    levene: v, w
    median_test: v, w
    tukey_hsd: v, w
    anderson_ksamp: [v, w]
    page_trend_test: [v, w]
    mood: v, w
    moment: v, 2
    kstat: v, 2
    kstatvar: v, 2
    obrientransform: v, w
    poisson_means_test: 1, 10, 2, 10
    wasserstein_distance_nd: points, points + 1
    multiscale_graphcorr: points, points, reps=2
    sobol_indices: func=lambda x: x[0], n=4, dists=[stats.uniform()]
    logrank: stats.CensoredData(v), stats.CensoredData(w)
    weightedtau: v, w
    cramervonmises: v, 'norm'
    mvsdist: v
    power: stats.ttest_1samp, stats.norm.rvs, 5, kwargs={}
"""
_NDIMAGE = """
    affine_transform: image, np.eye(2)
    map_coordinates: image, [[0.5, 1], [0.5, 1]]
    geometric_transform: image, lambda c: c
    generic_filter: image, np.mean, size=3
    generic_filter1d: image, lambda a, out: None, 3
    generic_gradient_magnitude: image, ndimage.sobel
    generic_laplace: image, lambda a, axis, output, mode, cval: ndimage.sobel(a, axis, output, mode, cval)
    convolve: image, np.ones((3, 3)) ;; image, np.ones((3, 3)), image
    correlate: image, np.ones((3, 3))
    convolve1d: image, [1, 2, 1]
    correlate1d: image, [1, 2, 1]
    zoom: image, 2
    rotate: image, 30
    shift: image, 1
    gaussian_filter: image, 1 ;; image, 1, output=image
    gaussian_filter1d: image, 1
    median_filter: image, 3
    percentile_filter: image, 30, 3
    rank_filter: image, 1, 3
    fourier_gaussian: image, 1
    fourier_uniform: image, 1
    fourier_ellipsoid: image, 1
    fourier_shift: image, 1
    label: mask
    labeled_comprehension: image, mask, [1], np.mean, float, 0
    histogram: image, 0, 5, 5
    iterate_structure: mask, 2
    generate_binary_structure: 2, 1
    watershed_ift: image.astype('uint8'), mask.astype('int8')
    value_indices: mask.astype(int)
    find_objects: mask.astype(int)
    spline_filter1d: image
    grey_closing: image, 3
    grey_dilation: image, 3
    grey_erosion: image, 3
    grey_opening: image, 3
    maximum_filter: image, 3
    maximum_filter1d: image, 3
    minimum_filter: image, 3
    minimum_filter1d: image, 3
    uniform_filter: image, 3
    uniform_filter1d: image, 3
    black_tophat: image, 3
    white_tophat: image, 3
    morphological_gradient: image, 3
    morphological_laplace: image, 3
    gaussian_gradient_magnitude: image, 1
    gaussian_laplace: image, 1
"""
_OPTIMIZE = """
    curve_fit: lambda t, a, c: a * t + c, x, v
    minimize: g, b ;; g, b, method='Nelder-Mead'
    root: lambda p: p - 1, b
    least_squares: lambda p: p - 1, b
    leastsq: lambda p: p - 1, b
    fsolve: lambda p: p - 1, b
    linprog: b
    milp: b
    nnls: m, b
    lsq_linear: m, b
    linear_sum_assignment: m
    quadratic_assignment: m, m
    basinhopping: g, b, niter=2 ;; g, b, niter=2, rng=np.random.default_rng(1)
    dual_annealing: g, [(0, 2)] * 2, maxiter=2 ;; g, [(0, 2)] * 2, maxiter=2, rng=np.random.default_rng(1)
    differential_evolution: g, [(0, 2)] * 2, maxiter=2
    shgo: g, [(0, 2)] * 2
    direct: g, [(0, 2)] * 2
    brute: g, [(0, 2)] * 2
    check_grad: g, lambda p: 2 * (p - 1), b
    approx_fprime: b, g
    line_search: g, lambda p: 2 * (np.asarray(p) - 1), b, -b
    isotonic_regression: v
    rosen_hess_prod: b, b
    root_scalar: f, bracket=(0, 2)
    newton: f, 1.0
    bracket: f
    fminbound: f, 0, 2
    fmin_l_bfgs_b: g, b, approx_grad=True
    fmin_tnc: g, b, approx_grad=True
    fmin_slsqp: g, b
    fmin_cobyla: g, b, []
    fmin_ncg: g, b, lambda p: 2 * (p - 1)
"""
_SIGNAL = """
    lfilter: num, den, v
    filtfilt: num, den, np.tile(v, 4)
    lfilter_zi: num, den
    lfiltic: num, den, [0.1, 0.2]
    sosfilt: sos, v
    sosfiltfilt: sos, np.tile(v, 4)
    sosfilt_zi: sos
    sosfreqz: sos
    freqz_sos: sos
    sos2tf: sos
    sos2zpk: sos
    freqz: num, den
    freqs: num, den, v
    group_delay: (num, den)
    tf2zpk: num, den
    tf2sos: num, den
    tf2ss: num, den
    detrend: v ;; v, overwrite_data=True
    find_peaks: v
    find_peaks_cwt: v, [1, 2]
    peak_prominences: v, [3]
    peak_widths: v, [3]
    savgol_filter: v, 3, 1
    medfilt: v
    medfilt2d: image
    wiener: v
    order_filter: image, np.ones((3, 3)), 4
    resample: v, 4
    resample_poly: v, 2, 1
    decimate: np.tile(v, 8), 2
    upfirdn: [1, 1], v
    spectrogram: v, nperseg=4
    stft: v, nperseg=4
    welch: v, nperseg=4
    periodogram: v
    csd: v, w, nperseg=4
    coherence: v, w, nperseg=4
    lombscargle: x, v, [0.5, 1.0]
    butter: 2, 0.3
    cheby1: 2, 1, 0.3
    cheby2: 2, 10, 0.3
    ellip: 2, 1, 10, 0.3
    bessel: 2, 0.3
    firwin: 5, 0.3
    firwin2: 5, [0, 0.5, 1], [1, 1, 0]
    firls: 5, [0, 0.3, 0.5, 1], [1, 1, 0, 0]
    remez: 5, [0, 0.1, 0.2, 0.5], [1, 0]
    iirnotch: 0.3, 10
    iirpeak: 0.3, 10
    iircomb: 0.25, 10
    iirfilter: 2, 0.3, btype='low'
    iirdesign: 0.2, 0.4, 1, 20
    get_window: 'hann', 5
    unit_impulse: 5
    chirp: x, 1, 2, 3
    gausspulse: x
    step: (num, den)
    impulse: (num, den)
    bode: (num, den)
    lsim: (num, den), x, x
    hilbert2: image
    convolve2d: image, image
    correlate2d: image, image
    correlation_lags: 4, 4
    cspline2d: image
    qspline2d: image
    max_len_seq: 3
    czt: v
    zoom_fft: v, 0.5
    place_poles: m, m, [-1, -2, -3]
    argrelextrema: v, np.greater
    check_COLA: 'hann', 8, 4
    check_NOLA: 'hann', 8, 4
    envelope: v
"""
_INTERPOLATE = """
    griddata: points, b[[0, 1, 2, 0, 1]], points
    interpn: (x[:6], x[:6]), image, [[0.5, 0.5]]
    splev: 0.5, interpolate.splrep(x, v)
    splint: 0, 1, interpolate.splrep(x, v)
    sproot: interpolate.splrep(x, v - 0.5)
    spalde: 1.0, interpolate.splrep(x, v)
    splder: interpolate.splrep(x, v)
    splantider: interpolate.splrep(x, v)
    insert: 1.5, interpolate.splrep(x, v)
    splprep: [x, v]
    krogh_interpolate: b, b, 1.5
    pchip_interpolate: x, v, 1.5
    barycentric_interpolate: x, v, 1.5
    approximate_taylor_polynomial: np.sin, 0, 2, 1
    make_lsq_spline: x, v, [0, 0, 0, 0, 4, 7, 7, 7, 7]
    pade: [1, 1, 0.5], 1
    bisplrep: points[:, 0], points[:, 1], points[:, 0], kx=1, ky=1
    generate_knots: x, v
"""
_SPATIAL = """
    cdist: points, points ;; points, points, out=np.zeros((5, 5))
    pdist: points
    directed_hausdorff: points, points
    squareform: gaps
    is_valid_y: gaps
    is_valid_dm: distance.squareform(gaps)
    num_obs_y: gaps
    num_obs_dm: distance.squareform(gaps)
    mahalanobis: b, b + 1, m
    seuclidean: b, b + 1, b
    minkowski: b, b + 1, 2
    distance_matrix: points, points
    procrustes: points, points + 1
    geometric_slerp: [1, 0], [0, 1], [0.5]
    voronoi_plot_2d: spatial.Voronoi(points)
    delaunay_plot_2d: spatial.Delaunay(points)
    convex_hull_plot_2d: spatial.ConvexHull(points)
    tsearch: spatial.Delaunay(points), points
"""
_HIERARCHY = """
    fclusterdata: points, 1
    fcluster: links, 0.5
    cut_tree: links
    cophenet: links
    dendrogram: links ;; links, no_plot=True
    leaves_list: links
    inconsistent: links
    maxdists: links
    maxinconsts: links, hierarchy.inconsistent(links)
    maxRstat: links, hierarchy.inconsistent(links), 0
    optimal_leaf_ordering: links, points
    to_tree: links
    is_isomorphic: [1, 2], [1, 2]
    leaders: links, hierarchy.fcluster(links, 0.5)
    from_mlab_linkage: links
    set_link_color_palette: ['r']
    kmeans: points, 2 ;; points, 2, rng=np.random.default_rng(1)
    kmeans2: points, 2 ;; points, 2, rng=np.random.default_rng(1)
    vq: points, points
"""
_SPARSE = """
    block_diag: [s, s]
    bmat: [[s, s]]
    block_array: [[s, s]]
    hstack: [s, s]
    vstack: [s, s]
    diags: [1, 2]
    diags_array: [1, 2]
    spdiags: [[1, 2, 3]], [0], 3, 3
    eye: 3
    eye_array: 3
    identity: 3
    random: 3, 3
    random_array: (3, 3)
    rand: 3, 3
    save_npz: 's.npz', s
    load_npz: 's.npz'
    permute_dims: s
    svds: s, k=1 ;; s, k=1, rng=np.random.default_rng(1)
    eigs: s, k=1
    eigsh: s, k=1
    lobpcg: s, np.ones((3, 1))
    spsolve_triangular: sparse.csr_array(np.tril(m)), b
    expm_multiply: s, b
    funm_multiply_krylov: np.exp, s, b
    matrix_power: s, 2
    construct_dist_matrix: graph, np.array([[-9999, 0, 0], [1, -9999, -9999], [2, -9999, -9999]])
    breadth_first_order: graph, 0
    breadth_first_tree: graph, 0
    depth_first_order: graph, 0
    depth_first_tree: graph, 0
    maximum_flow: sparse.csr_array(np.array([[0, 1], [0, 0]], dtype='int32')), 0, 1
    reconstruct_path: graph, np.array([-9999, 0, 0])
    yen: graph, 0, 1, 1
    csgraph_from_dense: m
    csgraph_from_masked: np.ma.masked_equal(m, 0)
    csgraph_masked_from_dense: m
"""
_INTEGRATE = """
    solve_ivp: lambda t, y: -y, (0, 1), [1.0]
    odeint: lambda y, t: -y, [1.0], x
    solve_bvp: lambda t, y: np.vstack([y[1], -y[0]]), lambda a, c: np.array([a[0], c[0] - 1]), x, np.zeros((2, 8))
    quad: f, 0, 1
    quad_vec: f, 0, 1
    fixed_quad: f, 0, 1
    dblquad: lambda y, t: y * t, 0, 1, 0, 1
    tplquad: lambda z, y, t: y * t, 0, 1, 0, 1, 0, 1
    nquad: lambda y, t: y * t, [(0, 1), (0, 1)]
    qmc_quad: lambda t: t**2, 0, 1, n_points=8
    romb: x[:5]
    cubature: lambda t: t[:, 0], [0], [1]
    tanhsinh: f, 0, 1
    nsum: lambda t: 1 / t**2, 1, np.inf
    lebedev_rule: 3
    newton_cotes: 2
"""
_FILES = "import numpy as np; import scipy.sparse as s; s.save_npz('s.npz', s.csr_array(np.eye(2)))"

SAMPLES = tuple(
    Sample(f"scipy.{name}", receiver, _SPECIAL if name == "special" else _SETUP, files, calls, attempts, skipped)
    for name, receiver, calls, attempts, skipped, files in (
        ("special", "special", "", ("v", "v, w", "v, w, v", "v, w, v, w", "2, 1.5", "2, 2, 1.5", "3", "v, w, v, w, v"),
         "", ""),
        ("linalg", "linalg", _LINALG, ("m", "m, b", "b", "m, m"), "", ""),
        ("stats", "stats", _STATS, ("v", "v, w", "x, v"), "ecdf test", ""),
        ("ndimage", "ndimage", _NDIMAGE, ("image", "mask", "image, mask"), "", ""),
        ("optimize", "optimize", _OPTIMIZE, ("f, 0, 2", "g, b", "f", "lambda p: p - 1, b", "b"), "", ""),
        ("signal", "signal", _SIGNAL, ("v", "v, w", "num, den", "3", "num, den, v"), "", ""),
        ("interpolate", "interpolate", _INTERPOLATE, ("x, v", "v, w"), "", ""),
        ("spatial.distance", "distance", _SPATIAL, ("b, b + 1", "[True, False], [True, True]"), "", ""),
        ("spatial", "spatial", _SPATIAL, ("points", "points, points"), "", ""),
        ("cluster.hierarchy", "hierarchy", _HIERARCHY, ("points", "links"), "", ""),
        ("cluster.vq", "vq", _HIERARCHY, ("points",), "", ""),
        ("sparse", "sparse", _SPARSE, ("s", "s, s", "m", "3"), "test", _FILES),
        ("sparse.linalg", "splinalg", _SPARSE, ("s, b", "s", "sparse.csc_array(m)"), "use_solver", ""),
        ("sparse.csgraph", "csgraph", _SPARSE, ("graph", "m"), "", ""),
        ("integrate", "integrate", _INTEGRATE, ("x", "v, x"), "", ""),
        ("fft", "fft", "", ("v", "image", "8", "v, 0.1, 0.5"), "set_global_backend register_backend", ""),
    )
)  # fmt: skip
