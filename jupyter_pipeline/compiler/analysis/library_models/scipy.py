"""SciPy: pure functions, except for those that draw, write to an ``output`` or overwrite their arguments."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_FUNCTIONS = """
# Special functions: the arguments after the inputs are outputs
special.bei special.beip special.ber special.berp special.cbrt special.cosdg special.cosm1 special.cotdg
special.dawsn special.digamma special.ellipe special.ellipk special.ellipkm1 special.entr special.erf
special.erfc special.erfcinv special.erfcx special.erfi special.erfinv special.exp1 special.exp10 special.exp2
special.expi special.expit special.expm1 special.exprel special.gamma special.gammaln special.gammasgn
special.i0 special.i0e special.i1 special.i1e special.it2struve0 special.itmodstruve0 special.itstruve0
special.j0 special.j1 special.k0 special.k0e special.k1 special.k1e special.kei special.keip special.ker
special.kerp special.kolmogi special.kolmogorov special.log1p special.log_expit special.log_ndtr
special.loggamma special.logit special.ndtr special.ndtri special.ndtri_exp special.psi special.rgamma
special.round special.sindg special.spence special.tandg special.wofz special.wrightomega special.y0 special.y1
special.zetac : changes(out @1) -> view(table) of out @1
special.fresnel special.it2i0k0 special.it2j0y0 special.iti0k0 special.itj0y0 special.modfresnelm
special.modfresnelp special.shichi special.sici : changes(out @1 @2) -> view(table) of out @1 @2
special.airy special.airye special.itairy special.kelvin : changes(out @1 @2 @3 @4) -> view(table) of out @1 @2 @3 @4
special.agm special.beta special.betaln special.binom special.boxcox special.boxcox1p special.chdtr
special.chdtrc special.chdtri special.chdtriv special.ellipeinc special.ellipkinc special.elliprc
special.eval_chebyc special.eval_chebys special.eval_chebyt special.eval_chebyu special.eval_hermite
special.eval_hermitenorm special.eval_laguerre special.eval_legendre special.eval_sh_chebyt
special.eval_sh_chebyu special.eval_sh_legendre special.expn special.gammainc special.gammaincc
special.gammainccinv special.gammaincinv special.hankel1 special.hankel1e special.hankel2 special.hankel2e
special.huber special.hyp0f1 special.inv_boxcox special.inv_boxcox1p special.iv special.ive special.jn
special.jv special.jve special.kl_div special.kn special.kv special.kve special.mathieu_a special.mathieu_b
special.modstruve special.owens_t special.pdtr special.pdtrc special.pdtri special.pdtrik special.poch
special.powm1 special.pseudo_huber special.rel_entr special.smirnov special.smirnovi special.stdtr
special.stdtridf special.stdtrit special.struve special.tklmbda special.xlog1py special.xlogy special.yn
special.yv special.yve : changes(out @2) -> view(table) of out @2
special.pbdv special.pbvv special.pbwa : changes(out @2 @3) -> view(table) of out @2 @3
special.ellipj : changes(out @2 @3 @4 @5) -> view(table) of out @2 @3 @4 @5
special.bdtr special.bdtrc special.bdtri special.bdtrik special.bdtrin special.besselpoly special.betainc
special.betaincc special.betainccinv special.betaincinv special.btdtria special.btdtrib special.chndtr
special.chndtridf special.chndtrinc special.chndtrix special.elliprd special.elliprf special.elliprg
special.eval_gegenbauer special.eval_genlaguerre special.fdtr special.fdtrc special.fdtri special.fdtridfd
special.gdtr special.gdtrc special.gdtria special.gdtrib special.gdtrix special.hyp1f1 special.hyperu
special.log_wright_bessel special.lpmv special.nbdtr special.nbdtrc special.nbdtri special.nbdtrik
special.nbdtrin special.nctdtr special.nctdtridf special.nctdtrinc special.nctdtrit special.nrdtrimn
special.nrdtrisd special.obl_cv special.pro_cv special.radian special.voigt_profile special.wright_bessel
: changes(out @3) -> view(table) of out @3
special.mathieu_cem special.mathieu_modcem1 special.mathieu_modcem2 special.mathieu_modsem1
special.mathieu_modsem2 special.mathieu_sem : changes(out @3 @4) -> view(table) of out @3 @4
special.elliprj special.eval_jacobi special.eval_sh_jacobi special.hyp2f1 special.ncfdtr special.ncfdtri
special.ncfdtridfd special.ncfdtridfn special.ncfdtrinc : changes(out @4) -> view(table) of out @4
special.obl_ang1 special.obl_rad1 special.obl_rad2 special.pro_ang1 special.pro_rad1 special.pro_rad2
: changes(out @4 @5) -> view(table) of out @4 @5
special.obl_ang1_cv special.obl_rad1_cv special.obl_rad2_cv special.pro_ang1_cv special.pro_rad1_cv
special.pro_rad2_cv : changes(out @5 @6) -> view(table) of out @5 @6
special.zeta : changes(out@2) -> view(table) of out@2
special.ai_zeros special.assoc_laguerre special.assoc_legendre_p special.assoc_legendre_p_all special.bei_zeros
special.beip_zeros special.ber_zeros special.bernoulli special.berp_zeros special.bi_zeros special.c_roots
special.cg_roots special.chebyc special.chebys special.chebyt special.chebyu special.comb special.diric
special.ellip_harm special.ellip_harm_2 special.ellip_normal special.erf_zeros special.euler special.factorial
special.factorial2 special.factorialk special.fresnel_zeros special.fresnelc_zeros special.fresnels_zeros
special.gegenbauer special.genlaguerre special.h1vp special.h2vp special.h_roots special.he_roots
special.hermite special.hermitenorm special.ivp special.j_roots special.jacobi special.jn_zeros
special.jnjnp_zeros special.jnp_zeros special.jnyn_zeros special.js_roots special.jvp special.kei_zeros
special.keip_zeros special.kelvin_zeros special.ker_zeros special.kerp_zeros special.kvp special.l_roots
special.la_roots special.laguerre special.lambertw special.legendre special.legendre_p special.legendre_p_all
special.lmbda special.log_softmax special.logsumexp special.lqmn special.lqn special.mathieu_even_coef
special.mathieu_odd_coef special.multigammaln special.obl_cv_seq special.p_roots special.pbdn_seq
special.pbdv_seq special.pbvv_seq special.perm special.polygamma special.pro_cv_seq special.ps_roots
special.riccati_jn special.riccati_yn special.roots_chebyc special.roots_chebys special.roots_chebyt
special.roots_chebyu special.roots_gegenbauer special.roots_genlaguerre special.roots_hermite
special.roots_hermitenorm special.roots_jacobi special.roots_laguerre special.roots_legendre
special.roots_sh_chebyt special.roots_sh_chebyu special.roots_sh_jacobi special.roots_sh_legendre
special.s_roots special.sh_chebyt special.sh_chebyu special.sh_jacobi special.sh_legendre special.sinc
special.softmax special.softplus special.sph_harm_y special.sph_harm_y_all special.sph_legendre_p
special.sph_legendre_p_all special.spherical_in special.spherical_jn special.spherical_kn special.spherical_yn
special.stirling2 special.t_roots special.ts_roots special.u_roots special.us_roots special.y0_zeros
special.y1_zeros special.y1p_zeros special.yn_zeros special.ynp_zeros special.yvp : -> table
special.seterr : configures -> container
special.geterr : -> container
special.errstate : -> object

# Linear algebra and transforms: ``overwrite_…`` changes arguments
linalg.bandwidth linalg.block_diag linalg.cdf2rdf linalg.circulant linalg.companion linalg.convolution_matrix
linalg.coshm linalg.cosm linalg.cossin linalg.dft linalg.diagsvd linalg.eigh_tridiagonal
linalg.eigvalsh_tridiagonal linalg.expm linalg.expm_cond linalg.expm_frechet linalg.fiedler
linalg.fiedler_companion  linalg.funm linalg.hadamard linalg.hankel linalg.helmert
linalg.hilbert linalg.invhilbert linalg.invpascal linalg.ishermitian linalg.issymmetric linalg.khatri_rao
linalg.leslie  linalg.matmul_toeplitz linalg.norm linalg.orth linalg.orthogonal_procrustes
linalg.pascal linalg.pinv linalg.pinvh linalg.polar linalg.rsf2csf linalg.sinhm linalg.sinm
linalg.solve_circulant linalg.solve_continuous_are linalg.solve_continuous_lyapunov linalg.solve_discrete_are
linalg.solve_discrete_lyapunov linalg.solve_lyapunov linalg.solve_sylvester linalg.solve_toeplitz linalg.sqrtm
linalg.subspace_angles linalg.tanhm linalg.tanm linalg.toeplitz : -> table
linalg.null_space : changes(* if overwrite_a) -> view(table)
linalg.eigh linalg.eigvalsh : changes(* if overwrite_a overwrite_b) -> view(table)
linalg.det linalg.inv linalg.lu_factor linalg.qr linalg.rq linalg.svdvals : changes(* if overwrite_a@1) -> view(table)
linalg.cho_factor linalg.cholesky linalg.eigvals linalg.hessenberg linalg.lu
: changes(* if overwrite_a@2) -> view(table)
linalg.ldl linalg.schur linalg.svd : changes(* if overwrite_a@3) -> view(table)
linalg.lstsq linalg.solve : changes(* if overwrite_a@3 overwrite_b@4) -> view(table)
linalg.matrix_balance : changes(* if overwrite_a@4) -> view(table)
linalg.eig linalg.ordqz : changes(* if overwrite_a@4 overwrite_b@5) -> view(table)
linalg.qz : changes(* if overwrite_a@5 overwrite_b@6) -> view(table)
linalg.qr_multiply : changes(* if overwrite_a@5 overwrite_c@6) -> view(table)
linalg.eigvals_banded : changes(* if overwrite_a_band@2) -> view(table)
linalg.eig_banded : changes(* if overwrite_a_band@3) -> view(table)
linalg.cholesky_banded : changes(* if overwrite_ab@1) -> view(table)
linalg.solveh_banded : changes(* if overwrite_ab@2 overwrite_b@3) -> view(table)
linalg.solve_banded : changes(* if overwrite_ab@3 overwrite_b@4) -> view(table)
linalg.cho_solve linalg.cho_solve_banded : changes(* if overwrite_b@2) -> view(table)
linalg.lu_solve : changes(* if overwrite_b@3) -> view(table)
linalg.solve_triangular : changes(* if overwrite_b@5) -> view(table)
linalg.qr_insert : changes(* if overwrite_qru@6) -> view(table)
linalg.qr_delete : changes(* if overwrite_qr@5) -> view(table)
linalg.qr_update : changes(* if overwrite_qruv@4) -> view(table)
linalg.logm linalg.fractional_matrix_power sparse.linalg.expm sparse.linalg.expm_multiply : draws -> table
linalg.clarkson_woodruff_transform : draws(unless rng@2 seed@2) -> table
linalg.LinAlgError linalg.LinAlgWarning : -> object
fft.fftfreq fft.fftshift fft.fht fft.fhtoffset fft.ifftshift fft.ifht fft.rfftfreq : -> table
fft.fft fft.fft2 fft.fftn fft.hfft fft.hfft2 fft.hfftn fft.ifft fft.ifft2 fft.ifftn fft.ihfft fft.ihfft2
fft.ihfftn fft.irfft fft.irfft2 fft.irfftn fft.rfft fft.rfft2 fft.rfftn : changes(* if overwrite_x@4) -> view(table)
fft.dct fft.dctn fft.dst fft.dstn fft.idct fft.idctn fft.idst fft.idstn : changes(* if overwrite_x@5) -> view(table)
fft.next_fast_len fft.prev_fast_len fft.get_workers fftpack.next_fast_len : -> constant
fft.set_workers fft.set_backend fft.skip_backend : -> object
fft.set_global_backend fft.register_backend : configures
fftpack.cc_diff fftpack.cs_diff fftpack.diff fftpack.fftfreq fftpack.fftshift fftpack.hilbert fftpack.ifftshift
fftpack.ihilbert fftpack.itilbert fftpack.rfftfreq fftpack.sc_diff fftpack.shift fftpack.ss_diff fftpack.tilbert
: -> table
fftpack.fft fftpack.fft2 fftpack.fftn fftpack.ifft fftpack.ifft2 fftpack.ifftn fftpack.irfft fftpack.rfft
: changes(* if overwrite_x@3) -> view(table)
fftpack.dct fftpack.dctn fftpack.dst fftpack.dstn fftpack.idct fftpack.idctn fftpack.idst fftpack.idstn
: changes(* if overwrite_x@5) -> view(table)

# Signals and images
signal.detrend : changes(data@0 if overwrite_data@4) -> view(table)
signal.abcd_normalize signal.argrelextrema signal.argrelmax signal.argrelmin signal.band_stop_obj signal.bessel
signal.besselap signal.bilinear signal.bilinear_zpk signal.bode signal.buttap signal.butter signal.buttord
signal.cheb1ap signal.cheb1ord signal.cheb2ap signal.cheb2ord signal.cheby1 signal.cheby2 signal.check_COLA
signal.check_NOLA signal.chirp signal.choose_conv_method signal.closest_STFT_dual_window signal.coherence
signal.cont2discrete signal.convolve signal.convolve2d signal.correlate signal.correlate2d
signal.correlation_lags signal.csd signal.cspline1d signal.cspline1d_eval signal.cspline2d signal.czt
signal.czt_points signal.dbode signal.decimate signal.deconvolve signal.dfreqresp signal.dimpulse signal.dlsim
signal.dstep signal.ellip signal.ellipap signal.ellipord signal.envelope signal.fftconvolve signal.filtfilt
signal.find_peaks signal.find_peaks_cwt signal.findfreqs signal.firls signal.firwin signal.firwin2
signal.firwin_2d signal.freqresp signal.freqs signal.freqs_zpk signal.freqz signal.freqz_sos signal.freqz_zpk
signal.gammatone signal.gauss_spline signal.gausspulse signal.get_window signal.group_delay signal.hilbert
signal.hilbert2 signal.iircomb signal.iirdesign signal.iirfilter signal.iirnotch signal.iirpeak signal.impulse
signal.invres signal.invresz signal.istft signal.kaiser_atten signal.kaiser_beta signal.kaiserord signal.lfilter
signal.lfilter_zi signal.lfiltic signal.lombscargle signal.lp2bp signal.lp2bp_zpk signal.lp2bs signal.lp2bs_zpk
signal.lp2hp signal.lp2hp_zpk signal.lp2lp signal.lp2lp_zpk signal.lsim signal.max_len_seq signal.medfilt
signal.medfilt2d signal.minimum_phase signal.normalize signal.oaconvolve signal.order_filter
signal.peak_prominences signal.peak_widths signal.periodogram signal.place_poles signal.qspline1d
signal.qspline1d_eval signal.qspline2d signal.remez signal.resample signal.resample_poly signal.residue
signal.residuez signal.savgol_coeffs signal.savgol_filter signal.sawtooth signal.sepfir2d signal.sos2tf
signal.sos2zpk signal.sosfilt signal.sosfilt_zi signal.sosfiltfilt signal.sosfreqz signal.spectrogram
signal.spline_filter signal.square signal.ss2tf signal.ss2zpk signal.step signal.stft signal.sweep_poly
signal.symiirorder1 signal.symiirorder2 signal.tf2sos signal.tf2ss signal.tf2zpk signal.unique_roots
signal.unit_impulse signal.upfirdn signal.vectorstrength signal.welch signal.wiener signal.zoom_fft
signal.zpk2sos signal.zpk2ss signal.zpk2tf : -> table
signal.windows.barthann signal.windows.bartlett signal.windows.blackman signal.windows.blackmanharris
signal.windows.bohman signal.windows.boxcar signal.windows.chebwin signal.windows.cosine signal.windows.dpss
signal.windows.exponential signal.windows.flattop signal.windows.gaussian signal.windows.general_cosine
signal.windows.general_gaussian signal.windows.general_hamming signal.windows.get_window signal.windows.hamming
signal.windows.hann signal.windows.kaiser signal.windows.kaiser_bessel_derived signal.windows.lanczos
signal.windows.nuttall signal.windows.parzen signal.windows.taylor signal.windows.triang signal.windows.tukey
: -> table
ndimage.center_of_mass ndimage.distance_transform_bf ndimage.distance_transform_cdt
ndimage.distance_transform_edt ndimage.extrema ndimage.find_objects ndimage.generate_binary_structure
ndimage.histogram ndimage.iterate_structure ndimage.labeled_comprehension ndimage.maximum
ndimage.maximum_position ndimage.mean ndimage.median ndimage.minimum ndimage.minimum_position
ndimage.standard_deviation ndimage.sum ndimage.sum_labels ndimage.value_indices ndimage.variance : -> table
ndimage.vectorized_filter : changes(output) -> view(table) of output
ndimage.laplace : changes(output@1) -> view(table) of output@1
ndimage.binary_fill_holes ndimage.convolve ndimage.correlate ndimage.gaussian_gradient_magnitude
ndimage.gaussian_laplace ndimage.generic_gradient_magnitude ndimage.generic_laplace ndimage.label
ndimage.map_coordinates ndimage.prewitt ndimage.shift ndimage.sobel ndimage.spline_filter ndimage.uniform_filter
ndimage.zoom : changes(output@2) -> view(table) of output@2
ndimage.binary_closing ndimage.binary_hit_or_miss ndimage.binary_opening ndimage.binary_propagation
ndimage.convolve1d ndimage.correlate1d ndimage.gaussian_filter ndimage.geometric_transform
ndimage.maximum_filter ndimage.maximum_filter1d ndimage.median_filter ndimage.minimum_filter
ndimage.minimum_filter1d ndimage.spline_filter1d ndimage.uniform_filter1d ndimage.watershed_ift
: changes(output@3) -> view(table) of output@3
ndimage.affine_transform ndimage.binary_dilation ndimage.binary_erosion ndimage.black_tophat
ndimage.fourier_ellipsoid ndimage.fourier_gaussian ndimage.fourier_shift ndimage.fourier_uniform
ndimage.gaussian_filter1d ndimage.generic_filter ndimage.generic_filter1d ndimage.grey_closing
ndimage.grey_dilation ndimage.grey_erosion ndimage.grey_opening ndimage.morphological_gradient
ndimage.morphological_laplace ndimage.percentile_filter ndimage.rank_filter ndimage.rotate ndimage.white_tophat
: changes(output@4) -> view(table) of output@4

# Integration, interpolation, clusters, distances, graphs
integrate.qmc_quad : draws(unless qrng) -> table
integrate.cubature integrate.cumulative_simpson integrate.cumulative_trapezoid integrate.dblquad
integrate.fixed_quad integrate.lebedev_rule integrate.newton_cotes integrate.nquad integrate.nsum
integrate.odeint integrate.quad integrate.quad_vec integrate.romb integrate.simpson integrate.solve_bvp
integrate.solve_ivp integrate.tanhsinh integrate.tplquad integrate.trapezoid : -> table
interpolate.approximate_taylor_polynomial interpolate.bisplev interpolate.bisplrep interpolate.generate_knots
interpolate.griddata interpolate.insert interpolate.interpn interpolate.krogh_interpolate interpolate.lagrange
interpolate.pade interpolate.pchip_interpolate interpolate.spalde interpolate.splantider interpolate.splder
interpolate.splev interpolate.splint interpolate.splprep interpolate.splrep interpolate.sproot : -> table
interpolate.make_interp_spline interpolate.make_lsq_spline interpolate.make_smoothing_spline
interpolate.make_splrep : -> holding(interp1d)
interpolate.BarycentricInterpolator : draws(unless rng) -> interp1d
interpolate.barycentric_interpolate : draws(unless rng) -> table
constants.convert_temperature constants.find constants.lambda2nu constants.nu2lambda constants.precision
constants.unit constants.value : -> table
cluster.hierarchy.dendrogram : changes(ax) figure -> container
cluster.hierarchy.set_link_color_palette : configures
cluster.hierarchy.to_tree : -> object
cluster.hierarchy.average cluster.hierarchy.centroid cluster.hierarchy.complete cluster.hierarchy.cophenet
cluster.hierarchy.correspond cluster.hierarchy.cut_tree cluster.hierarchy.fcluster
cluster.hierarchy.fclusterdata cluster.hierarchy.from_mlab_linkage cluster.hierarchy.inconsistent
cluster.hierarchy.is_isomorphic cluster.hierarchy.is_monotonic cluster.hierarchy.is_valid_im
cluster.hierarchy.is_valid_linkage cluster.hierarchy.leaders cluster.hierarchy.leaves_list
cluster.hierarchy.linkage cluster.hierarchy.maxRstat cluster.hierarchy.maxdists cluster.hierarchy.maxinconsts
cluster.hierarchy.median cluster.hierarchy.num_obs_linkage cluster.hierarchy.optimal_leaf_ordering
cluster.hierarchy.single cluster.hierarchy.to_mlab_linkage cluster.hierarchy.ward cluster.hierarchy.weighted
: -> table
cluster.vq.kmeans cluster.vq.kmeans2 : draws(unless rng seed) -> table
cluster.vq.vq cluster.vq.whiten : -> table
spatial.voronoi_plot_2d spatial.delaunay_plot_2d spatial.convex_hull_plot_2d
: changes(ax@1) figure -> view(matplotlib.Figure) of ax@1
spatial.distance_matrix spatial.geometric_slerp spatial.minkowski_distance spatial.minkowski_distance_p
spatial.procrustes spatial.tsearch : -> table
spatial.distance.directed_hausdorff : draws(unless rng@2 seed@2) -> table
spatial.distance.braycurtis spatial.distance.canberra spatial.distance.chebyshev spatial.distance.cityblock
spatial.distance.correlation spatial.distance.cosine spatial.distance.dice spatial.distance.euclidean
spatial.distance.hamming spatial.distance.is_valid_dm spatial.distance.is_valid_y spatial.distance.jaccard
spatial.distance.jensenshannon spatial.distance.mahalanobis spatial.distance.minkowski
spatial.distance.num_obs_dm spatial.distance.num_obs_y spatial.distance.rogerstanimoto
spatial.distance.russellrao spatial.distance.seuclidean spatial.distance.sokalsneath
spatial.distance.sqeuclidean spatial.distance.squareform spatial.distance.yule : -> table
spatial.distance.cdist spatial.distance.pdist : changes(out) -> view(table) of out
differentiate.derivative differentiate.hessian differentiate.jacobian : -> table
sparse.csgraph.floyd_warshall : changes(* if overwrite@4) -> table
sparse.csgraph.minimum_spanning_tree : changes(* if overwrite@1) -> table
sparse.csgraph.shortest_path : changes(* if overwrite@5) -> table
sparse.csgraph.bellman_ford sparse.csgraph.breadth_first_order sparse.csgraph.breadth_first_tree
sparse.csgraph.connected_components sparse.csgraph.construct_dist_matrix sparse.csgraph.csgraph_from_dense
sparse.csgraph.csgraph_from_masked sparse.csgraph.csgraph_masked_from_dense sparse.csgraph.csgraph_to_dense
sparse.csgraph.csgraph_to_masked sparse.csgraph.depth_first_order sparse.csgraph.depth_first_tree
sparse.csgraph.dijkstra sparse.csgraph.johnson sparse.csgraph.laplacian
sparse.csgraph.maximum_bipartite_matching sparse.csgraph.maximum_flow
sparse.csgraph.min_weight_full_bipartite_matching sparse.csgraph.reconstruct_path
sparse.csgraph.reverse_cuthill_mckee sparse.csgraph.structural_rank sparse.csgraph.yen : -> table

# Sparse arrays
sparse.linalg.svds sparse.linalg.eigs sparse.linalg.eigsh : draws(unless rng random_state v0) -> table
sparse.linalg.lobpcg : changes(*) -> table
sparse.linalg.spsolve_triangular : changes(* if overwrite_A@3 overwrite_b@4) -> table
sparse.linalg.onenormest : draws -> table
sparse.linalg.use_solver : configures
sparse.linalg.aslinearoperator sparse.linalg.LinearOperator : -> holding(LinearOperator)
sparse.linalg.splu sparse.linalg.spilu sparse.linalg.SuperLU : -> LinearOperator
sparse.linalg.factorized : -> unknown
sparse.linalg.bicg sparse.linalg.bicgstab sparse.linalg.cg sparse.linalg.cgs
 sparse.linalg.funm_multiply_krylov sparse.linalg.gcrotmk sparse.linalg.gmres
sparse.linalg.inv sparse.linalg.is_sptriangular sparse.linalg.lgmres sparse.linalg.lsmr sparse.linalg.lsqr
sparse.linalg.matrix_power sparse.linalg.minres sparse.linalg.norm sparse.linalg.qmr sparse.linalg.spbandwidth
sparse.linalg.spsolve sparse.linalg.tfqmr : changes(x0) -> table
sparse.rand sparse.random sparse.random_array : draws(unless rng random_state) -> sparray
sparse.save_npz : writes(file@0)
sparse.load_npz : reads(file@0) -> sparray
sparse.issparse sparse.isspmatrix sparse.isspmatrix_bsr sparse.isspmatrix_coo sparse.isspmatrix_csc
sparse.isspmatrix_csr sparse.isspmatrix_dia sparse.isspmatrix_dok sparse.isspmatrix_lil sparse.get_index_dtype
: -> constant
sparse.block_array sparse.block_diag sparse.bmat sparse.diags sparse.diags_array sparse.expand_dims sparse.eye
sparse.eye_array sparse.find sparse.hstack sparse.identity sparse.kron sparse.kronsum sparse.permute_dims
sparse.safely_cast_index_arrays sparse.spdiags sparse.swapaxes sparse.tril sparse.triu sparse.vstack
sparse.bsr_array sparse.bsr_matrix sparse.coo_array sparse.coo_matrix sparse.csc_array sparse.csc_matrix
sparse.csr_array sparse.csr_matrix sparse.dia_array sparse.dia_matrix sparse.dok_array sparse.dok_matrix
sparse.lil_array sparse.lil_matrix : -> view(sparray)

# Optimization
optimize.basinhopping optimize.dual_annealing optimize.differential_evolution optimize.check_grad
: draws(unless rng seed) -> Result
optimize.quadratic_assignment : draws -> Result
optimize.direct optimize.isotonic_regression optimize.least_squares optimize.linprog optimize.lsq_linear
optimize.milp optimize.minimize optimize.minimize_scalar optimize.root optimize.root_scalar optimize.shgo : -> Result
optimize.anderson optimize.approx_fprime optimize.bisect optimize.bracket optimize.brent optimize.brenth
optimize.brentq optimize.broyden1 optimize.broyden2 optimize.brute optimize.diagbroyden optimize.excitingmixing
optimize.fixed_point optimize.fmin optimize.fmin_bfgs optimize.fmin_cg optimize.fmin_cobyla
optimize.fmin_l_bfgs_b optimize.fmin_ncg optimize.fmin_powell optimize.fmin_slsqp optimize.fmin_tnc
optimize.fminbound optimize.fsolve optimize.golden optimize.leastsq optimize.line_search optimize.linearmixing
optimize.linprog_verbose_callback optimize.newton optimize.newton_krylov optimize.nnls optimize.ridder
optimize.rosen optimize.rosen_der optimize.rosen_hess optimize.rosen_hess_prod optimize.toms748 : -> table
optimize.curve_fit optimize.linear_sum_assignment : -> list(table)
optimize.Bounds optimize.LinearConstraint optimize.NonlinearConstraint optimize.BFGS optimize.SR1
optimize.OptimizeWarning optimize.NoConvergence : -> object
optimize.OptimizeResult : -> holding(Result)
optimize.show_options : -> constant

# Statistics
stats.bootstrap stats.permutation_test stats.dunnett stats.goodness_of_fit stats.sobol_indices
stats.monte_carlo_test stats.multiscale_graphcorr stats.power stats.fit : draws(unless random_state rng) -> object
stats.probplot stats.boxcox_normplot stats.ppcc_plot stats.yeojohnson_normplot : changes(plot) figure -> table
stats.make_distribution stats.truncate stats.order_statistic : -> unknown
stats.BootstrapMethod stats.MonteCarloMethod stats.PermutationMethod : random(unless rng random_state) -> object
stats.CensoredData stats.FitError stats.ConstantInputWarning stats.DegenerateDataWarning : -> object
stats.alexandergovern stats.anderson stats.anderson_ksamp stats.ansari stats.barnard_exact stats.bartlett
stats.bayes_mvs stats.binned_statistic stats.binned_statistic_2d stats.binned_statistic_dd stats.binomtest
stats.boschloo_exact stats.boxcox stats.boxcox_llf stats.boxcox_normmax stats.brunnermunzel stats.bws_test
stats.chatterjeexi stats.chi2_contingency stats.chisquare stats.circmean stats.circstd stats.circvar
stats.combine_pvalues stats.cramervonmises stats.cramervonmises_2samp stats.cumfreq stats.describe
stats.differential_entropy stats.directional_stats stats.ecdf stats.energy_distance stats.entropy
stats.epps_singleton_2samp stats.expectile stats.f_oneway stats.false_discovery_control stats.fisher_exact
stats.fligner stats.friedmanchisquare stats.gmean stats.gstd stats.gzscore stats.hmean stats.iqr
stats.jarque_bera stats.kendalltau stats.kruskal stats.ks_1samp stats.ks_2samp stats.kstat stats.kstatvar
stats.kstest stats.kurtosis stats.kurtosistest stats.levene stats.linregress stats.lmoment stats.logrank
stats.mannwhitneyu stats.median_abs_deviation stats.median_test stats.mode stats.moment stats.mood stats.mvsdist
stats.normaltest stats.obrientransform stats.page_trend_test stats.pearsonr stats.percentileofscore stats.pmean
stats.pointbiserialr stats.poisson_means_test stats.power_divergence stats.ppcc_max stats.quantile
stats.quantile_test stats.rankdata stats.ranksums stats.relfreq stats.scoreatpercentile stats.sem stats.shapiro
stats.siegelslopes stats.sigmaclip stats.skew stats.skewtest stats.somersd stats.spearmanr stats.spearmanrho
stats.theilslopes stats.tiecorrect stats.tmax stats.tmean stats.tmin stats.trim1 stats.trim_mean stats.trimboth
stats.tsem stats.tstd stats.ttest_1samp stats.ttest_ind stats.ttest_ind_from_stats stats.ttest_rel
stats.tukey_hsd stats.tvar stats.variation stats.wasserstein_distance stats.wasserstein_distance_nd
stats.weightedtau stats.wilcoxon stats.yeojohnson stats.yeojohnson_llf stats.yeojohnson_normmax stats.zmap
stats.zscore : draws(method) -> table
stats.mstats.argstoarray stats.mstats.brunnermunzel stats.mstats.chisquare stats.mstats.compare_medians_ms
stats.mstats.count_tied_groups stats.mstats.describe stats.mstats.f_oneway stats.mstats.find_repeats
stats.mstats.friedmanchisquare stats.mstats.gmean stats.mstats.hdmedian stats.mstats.hdquantiles
stats.mstats.hdquantiles_sd stats.mstats.hmean stats.mstats.idealfourths stats.mstats.kendalltau
stats.mstats.kendalltau_seasonal stats.mstats.kruskal stats.mstats.kruskalwallis stats.mstats.ks_1samp
stats.mstats.ks_2samp stats.mstats.ks_twosamp stats.mstats.kstest stats.mstats.kurtosis
stats.mstats.kurtosistest stats.mstats.linregress stats.mstats.mannwhitneyu stats.mstats.median_cihs
stats.mstats.meppf stats.mstats.mjci stats.mstats.mode stats.mstats.moment stats.mstats.mquantiles
stats.mstats.mquantiles_cimj stats.mstats.msign stats.mstats.normaltest stats.mstats.obrientransform
stats.mstats.pearsonr stats.mstats.plotting_positions stats.mstats.pointbiserialr stats.mstats.rankdata
stats.mstats.rsh stats.mstats.scoreatpercentile stats.mstats.sem stats.mstats.sen_seasonal_slopes
stats.mstats.siegelslopes stats.mstats.skew stats.mstats.skewtest stats.mstats.spearmanr
stats.mstats.theilslopes stats.mstats.tmax stats.mstats.tmean stats.mstats.tmin stats.mstats.trim
stats.mstats.trima stats.mstats.trimboth stats.mstats.trimmed_mean stats.mstats.trimmed_mean_ci
stats.mstats.trimmed_std stats.mstats.trimmed_stde stats.mstats.trimmed_var stats.mstats.trimr
stats.mstats.trimtail stats.mstats.tsem stats.mstats.ttest_1samp stats.mstats.ttest_ind
stats.mstats.ttest_onesamp stats.mstats.ttest_rel stats.mstats.tvar stats.mstats.variation
stats.mstats.winsorize stats.mstats.zmap stats.mstats.zscore : -> table
stats.qmc.scale stats.qmc.discrepancy stats.qmc.geometric_discrepancy : -> table
stats.qmc.update_discrepancy : -> constant
stats.contingency.association stats.contingency.chi2_contingency stats.contingency.crosstab
stats.contingency.expected_freq stats.contingency.margins stats.contingency.odds_ratio
stats.contingency.relative_risk : -> table

# Names of former versions
integrate.cumtrapz integrate.simps integrate.trapz integrate.quadrature integrate.romberg special.lpmn
special.clpmn special.lpn special.sph_harm special.btdtr special.btdtri stats.binom_test stats.itemfreq
stats.median_absolute_deviation stats.gilbrat signal.gaussian signal.hann signal.hamming signal.blackman
signal.boxcar signal.kaiser signal.tukey signal.parzen signal.cwt signal.ricker signal.morlet signal.morlet2
signal.cubic signal.bspline signal.quadratic linalg.pinv2 linalg.tri linalg.tril linalg.triu linalg.kron
misc.derivative misc.central_diff_weights : -> table
misc.ascent misc.face misc.electrocardiogram : reads(any) -> table
stats.rvs_ratio_uniforms : draws(unless random_state) -> table

# Files and data sets
io.loadmat : reads(file_name@0) changes(mdict@1) -> container
io.readsav io.whosmat : reads(file_name@0) -> container
io.savemat : writes(file_name@0)
io.mmread io.mminfo io.arff.loadarff : reads(source@0 f@0) -> table
io.mmwrite : writes(target@0)
io.hb_read : reads(path_or_open_file@0) -> table
io.hb_write : writes(path_or_open_file@0)
io.wavfile.read : reads(filename@0) -> tuple(constant, table)
io.wavfile.write : writes(filename@0)
datasets.ascent datasets.electrocardiogram datasets.face : reads(any) -> table
datasets.download_all datasets.clear_cache : writes(any)
show_config : pure
"""
_CLASSES = """
class stats.alpha stats.anglit stats.arcsine stats.argus stats.bernoulli stats.beta stats.betabinom
stats.betanbinom stats.betaprime stats.binom stats.boltzmann stats.bradford stats.burr stats.burr12 stats.cauchy
stats.chi stats.chi2 stats.cosine stats.crystalball stats.dgamma stats.dirichlet stats.dirichlet_multinomial
stats.dlaplace stats.dpareto_lognorm stats.dweibull stats.erlang stats.expon stats.exponnorm stats.exponpow
stats.exponweib stats.f stats.fatiguelife stats.fisk stats.foldcauchy stats.foldnorm stats.gamma
stats.gausshyper stats.genexpon stats.genextreme stats.gengamma stats.genhalflogistic stats.genhyperbolic
stats.geninvgauss stats.genlogistic stats.gennorm stats.genpareto stats.geom stats.gibrat stats.gompertz
stats.gumbel_l stats.gumbel_r stats.halfcauchy stats.halfgennorm stats.halflogistic stats.halfnorm
stats.hypergeom stats.hypsecant stats.invgamma stats.invgauss stats.invweibull stats.invwishart stats.irwinhall
stats.jf_skew_t stats.johnsonsb stats.johnsonsu stats.kappa3 stats.kappa4 stats.ksone stats.kstwo
stats.kstwobign stats.landau stats.laplace stats.laplace_asymmetric stats.levy stats.levy_l stats.levy_stable
stats.loggamma stats.logistic stats.loglaplace stats.lognorm stats.logser stats.loguniform stats.lomax
stats.matrix_normal stats.matrix_t stats.maxwell stats.mielke stats.moyal stats.multinomial
stats.multivariate_hypergeom stats.multivariate_normal stats.multivariate_t stats.nakagami stats.nbinom
stats.ncf stats.nchypergeom_fisher stats.nchypergeom_wallenius stats.nct stats.ncx2 stats.nhypergeom stats.norm
stats.normal_inverse_gamma stats.norminvgauss stats.ortho_group stats.pareto stats.pearson3 stats.planck
stats.poisson stats.poisson_binom stats.powerlaw stats.powerlognorm stats.powernorm stats.randint
stats.random_correlation stats.random_table stats.rayleigh stats.rdist stats.recipinvgauss stats.reciprocal
stats.rel_breitwigner stats.rice stats.semicircular stats.skellam stats.skewcauchy stats.skewnorm
stats.special_ortho_group stats.studentized_range stats.t stats.trapezoid stats.triang stats.truncexpon
stats.truncnorm stats.truncpareto stats.truncweibull_min stats.tukeylambda stats.uniform stats.uniform_direction
stats.unitary_group stats.vonmises stats.vonmises_fisher stats.vonmises_line stats.wald stats.weibull_max
stats.weibull_min stats.wishart stats.wrapcauchy stats.yulesimon stats.zipf stats.zipfian stats.rv_histogram
stats.rv_continuous stats.rv_discrete : object
  pdf logpdf pmf logpmf cdf logcdf sf logsf ppf isf moment stats entropy median mean std var interval expect fit
  fit_loc_scale nnlf support cov marginal mode : -> table
  # A distribution may have its own generator
  rvs : changes(self) draws(unless random_state) -> table
  freeze : -> holding(self)
  .a .b .args .kwds .dist .random_state .name .numargs .shapes : -> view(unknown)
class stats.qmc.Halton stats.qmc.LatinHypercube stats.qmc.Sobol stats.qmc.PoissonDisk stats.qmc.MultinomialQMC
  stats.qmc.MultivariateNormalQMC stats.qmc.QMCEngine : object
  random random_base2 integers fill_space fast_forward reset : changes(self) -> view(table)
class stats.Covariance : object
  from_diagonal from_precision from_cholesky from_eigendecomposition : -> Covariance
  whiten colorize : -> table
class sparse.linalg.LinearOperator : object
  matvec rmatvec matmat rmatmat dot solve adjoint transpose __call__ : -> view(table)
  .shape .dtype .nnz : -> constant
  .L .U .perm_c .perm_r .T .H : -> view(table)
class integrate.ode integrate.complex_ode integrate.RK45 integrate.RK23 integrate.DOP853 integrate.Radau integrate.BDF
  integrate.LSODA : object
  set_integrator set_initial_value set_f_params set_jac_params set_solout step : changes(self *) -> receiver
  integrate : changes(self) -> view(table)
  successful get_return_code : -> constant
  dense_output : -> holding(interp1d)
  .y .t : -> view(table)
class signal.lti signal.dlti signal.TransferFunction signal.StateSpace signal.ZerosPolesGain signal.ShortTimeFFT
signal.CZT
  signal.ZoomFFT : object
  bode freqresp impulse output step __call__ points stft stft_detrend spectrogram istft extent nearest_k_p : -> table
  to_discrete to_ss to_tf to_zpk from_window from_dual : -> holding(lti)
  .A .B .C .D .num .den .zeros .poles .gain .dt .win .dual_win .f .delta_f .delta_t : -> view(table)

class optimize.Result : object
  keys values items get : -> view(unknown)
  __getitem__ __iter__ : -> view(table)
  .x .fun .jac .hess .hess_inv : -> view(table)
  .success .message .nit .nfev .root .converged : pure
class stats.gaussian_kde : object
  __call__ evaluate pdf logpdf integrate_gaussian integrate_box_1d integrate_box integrate_kde
  covariance_factor
  silverman_factor scotts_factor marginal : -> table
  resample : draws(unless seed@1) -> table
  set_bandwidth : changes
class **.interp1d **.interp2d **.UnivariateSpline **.InterpolatedUnivariateSpline **.LSQUnivariateSpline
**.CubicSpline **.Akima1DInterpolator **.PchipInterpolator **.BSpline **.PPoly **.BPoly **.Rbf
**.RBFInterpolator **.RegularGridInterpolator **.LinearNDInterpolator **.NearestNDInterpolator
**.CloughTocher2DInterpolator **.RectBivariateSpline **.SmoothBivariateSpline **.BarycentricInterpolator
**.KroghInterpolator **.CubicHermiteSpline : object
  __call__ ev integral integrate roots derivatives solve get_coeffs get_knots get_residual antiderivative
  derivative partial_derivative : -> holding(interp1d)
  set_smoothing_factor set_yi add_xi extend : changes
class **.KDTree **.cKDTree **.Delaunay **.ConvexHull **.Voronoi **.SphericalVoronoi
**.HalfspaceIntersection : object
  query query_ball_point query_ball_tree query_pairs count_neighbors sparse_distance_matrix find_simplex
  plane_distance lift_points : -> table
  add_points add_halfspaces close sort_vertices_of_regions : changes
  .points .vertices .simplices .regions .ridge_points .neighbors .volume .area : -> view(table)
class **.Rotation **.Slerp : object
  __call__ as_quat as_matrix as_euler as_rotvec as_mrp magnitude mean reduce apply inv from_quat
  from_matrix
  from_euler from_rotvec identity concatenate align_vectors : -> holding(Rotation)
  random : draws(unless rng@1 random_state) -> holding(Rotation)
class sparse.sparray : table
  toarray todense : changes(out@1) -> table
  tocsr tocsc tocoo tolil todok tobsr todia asformat astype conj conjugate copy diagonal dot getcol
  getnnz getrow
  max min maximum minimum mean multiply nonzero power reshape sum trace transpose getH count_nonzero
  argmax argmin sqrt abs sign floor ceil log1p expm1 rint : -> view(sparray)
  setdiag resize eliminate_zeros sum_duplicates sort_indices prune setelements : changes
  __getitem__ __iter__ : -> view(sparray)
  .shape .ndim .dtype .nnz .format : pure
  .T .data .indices .indptr .row .col .A : -> view(sparray)
"""

MODELS = (LibraryModel(library="scipy", rules=_FUNCTIONS + _CLASSES),)
