"""PyTorch: modules and optimizers, which training changes, and functions of tensors.

The parameters of a module are reachable from the module and from its optimizer. A backward pass changes gradients.
"""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, words

__all__ = ["MODELS"]

_RULES = """
            class **.Tensor **.Parameter : object
              backward : changes changes(*)
              requires_grad_ retain_grad share_memory_ detach_ zero_ fill_ add_ sub_ mul_ div_ clamp_ copy_ set_
              resize_
              masked_fill_ scatter_ index_fill_ index_copy_ index_add_ t_ transpose_ squeeze_ unsqueeze_ pow_ exp_
              sqrt_
              abs_ neg_ round_ relu_ sigmoid_ tanh_ addmm_ put_ register_hook __setitem__ : changes -> receiver
              normal_ uniform_ random_ bernoulli_ exponential_ log_normal_ cauchy_ geometric_
              : changes draws(unless generator) -> receiver
              bernoulli multinomial : draws(unless generator) -> view(Tensor)
              detach cpu cuda to float double half long int bool byte type view reshape flatten squeeze unsqueeze
              permute transpose t expand expand_as contiguous numpy chunk split unbind narrow select view_as data_ptr
              index_select gather masked_select diagonal unfold movedim swapaxes unflatten real imag
              : -> view(Tensor)
              abs add sub mul div pow sqrt exp log log2 log10 log1p sin cos tan tanh sigmoid relu softmax log_softmax
              sum mean std var max min argmax argmin prod cumsum cumprod norm dot mm matmul bmm mv outer all any
              eq ne lt le gt ge isnan isinf isfinite floor ceil round clamp clip sort argsort topk unique nonzero
              where repeat repeat_interleave tile clone new_zeros new_ones new_empty new_full new_tensor masked_fill
              scatter scatter_add index_add index_fill index_copy roll flip median mode quantile kthvalue histc
              logsumexp cross det inverse trace tril triu diag sign neg reciprocal rsqrt square addmm
              : -> view(Tensor)
              item tolist size dim numel element_size stride is_contiguous nelement ndimension get_device
              is_floating_point
              is_complex : pure
              .shape .dtype .device .ndim .requires_grad .is_cuda .is_leaf : pure
              .grad .data .T .mT : -> view(Tensor)
              __getitem__ __iter__ : -> view(Tensor)

            class **.Module : object
              __call__ forward : changes draws -> view(Tensor)
              train eval zero_grad requires_grad_ to cuda cpu half float double apply load_state_dict register_buffer
              register_parameter register_module add_module share_memory compile append extend insert
              register_forward_hook register_backward_hook register_full_backward_hook register_forward_pre_hook
              : changes -> receiver
              parameters named_parameters buffers named_buffers children named_children modules named_modules
              : -> view(unknown)
              state_dict get_parameter get_submodule get_buffer : -> view(unknown)
              extra_repr : pure
              __getitem__ __iter__ : -> view(unknown)
              .weight .bias .in_features .out_features .training : -> view(Tensor)
            class **.Linear **.Conv1d **.Conv2d **.Conv3d **.ConvTranspose1d **.ConvTranspose2d **.BatchNorm1d
            **.BatchNorm2d **.BatchNorm3d **.LayerNorm **.GroupNorm **.InstanceNorm2d **.Embedding **.EmbeddingBag
            **.RNN
            **.LSTM **.GRU **.LSTMCell **.GRUCell **.Transformer **.TransformerEncoder **.TransformerEncoderLayer
            **.TransformerDecoder **.TransformerDecoderLayer **.MultiheadAttention **.Bilinear **.Dropout **.Dropout2d
            **.ReLU **.LeakyReLU **.ELU **.GELU **.SELU **.SiLU **.Sigmoid **.Tanh **.Softmax **.LogSoftmax
            **.Softplus
            **.Flatten **.Unflatten **.Identity **.MaxPool1d **.MaxPool2d **.AvgPool1d **.AvgPool2d
            **.AdaptiveAvgPool1d
            **.AdaptiveAvgPool2d **.AdaptiveMaxPool2d **.Upsample **.ZeroPad2d **.Sequential **.ModuleList
            **.ModuleDict
            **.MSELoss **.L1Loss **.CrossEntropyLoss **.NLLLoss **.BCELoss **.BCEWithLogitsLoss **.SmoothL1Loss
            **.HuberLoss **.KLDivLoss **.TripletMarginLoss **.CosineEmbeddingLoss **.DataParallel (Module)

            class **.Optimizer **.SGD **.Adam **.AdamW **.Adagrad **.Adadelta **.RMSprop **.Adamax **.NAdam **.RAdam
            **.LBFGS **.ASGD **.Rprop **.SparseAdam **.StepLR **.MultiStepLR **.ExponentialLR **.CosineAnnealingLR
            **.ReduceLROnPlateau **.LambdaLR **.OneCycleLR **.CyclicLR **.CosineAnnealingWarmRestarts **.LinearLR
            **.GradScaler : object
              step zero_grad load_state_dict add_param_group update unscale_ : changes changes(*)
              scale : changes -> view(Tensor)
              state_dict get_last_lr get_lr get_scale : -> view(unknown)

            class **.DataLoader **.Dataset **.TensorDataset **.Subset **.ConcatDataset : object
              __iter__ : draws -> view(Tensor)
              __getitem__ : -> view(Tensor)
              .dataset : -> view(unknown)

            functions
            **.Linear **.Conv1d **.Conv2d **.Conv3d **.ConvTranspose1d **.ConvTranspose2d **.Embedding **.EmbeddingBag
            **.RNN **.LSTM **.GRU **.LSTMCell **.GRUCell **.Transformer **.TransformerEncoder
            **.TransformerEncoderLayer **.TransformerDecoder **.TransformerDecoderLayer **.MultiheadAttention
            **.Bilinear : draws -> Module
            manual_seed seed random.manual_seed cuda.manual_seed cuda.manual_seed_all set_rng_state
            cuda.set_rng_state : seeds
            rand randn randint randperm normal bernoulli multinomial rand_like randn_like randint_like poisson
            : draws(unless generator) -> view(Tensor)
            utils.data.random_split : draws(unless generator@2) -> list(Subset)
            nn.functional.dropout nn.functional.dropout1d nn.functional.dropout2d nn.functional.dropout3d
            nn.functional.alpha_dropout nn.functional.feature_alpha_dropout nn.functional.gumbel_softmax
            nn.functional.rrelu nn.functional.fractional_max_pool2d nn.functional.fractional_max_pool3d
            nn.functional.scaled_dot_product_attention nn.functional.multi_head_attention_forward
            : draws changes(@0 if inplace) -> view(Tensor)
            nn.functional.batch_norm : changes(*) -> view(Tensor)
            nn.functional.threshold_ nn.functional.relu_ nn.functional.elu_ nn.functional.leaky_relu_
            nn.functional.selu_ nn.functional.hardtanh_ : changes(@0) -> view(Tensor)
            nn.functional.adaptive_avg_pool1d nn.functional.adaptive_avg_pool2d nn.functional.adaptive_avg_pool3d
            nn.functional.adaptive_max_pool1d nn.functional.adaptive_max_pool2d nn.functional.adaptive_max_pool3d
            nn.functional.affine_grid nn.functional.avg_pool1d nn.functional.avg_pool2d nn.functional.avg_pool3d
            nn.functional.bilinear nn.functional.binary_cross_entropy nn.functional.binary_cross_entropy_with_logits
            nn.functional.celu nn.functional.channel_shuffle nn.functional.conv1d nn.functional.conv2d
            nn.functional.conv3d nn.functional.conv_transpose1d nn.functional.conv_transpose2d
            nn.functional.conv_transpose3d nn.functional.cosine_embedding_loss nn.functional.cosine_similarity
            nn.functional.cross_entropy nn.functional.ctc_loss nn.functional.elu nn.functional.embedding
            nn.functional.embedding_bag nn.functional.fold nn.functional.gaussian_nll_loss nn.functional.gelu
            nn.functional.glu nn.functional.grid_sample nn.functional.group_norm nn.functional.hardshrink
            nn.functional.hardsigmoid nn.functional.hardswish nn.functional.hardtanh
            nn.functional.hinge_embedding_loss nn.functional.huber_loss nn.functional.instance_norm
            nn.functional.interpolate nn.functional.kl_div nn.functional.l1_loss nn.functional.layer_norm
            nn.functional.leaky_relu nn.functional.linear nn.functional.local_response_norm
            nn.functional.log_softmax nn.functional.logsigmoid nn.functional.lp_pool1d nn.functional.lp_pool2d
            nn.functional.margin_ranking_loss nn.functional.max_pool1d nn.functional.max_pool2d
            nn.functional.max_pool3d nn.functional.max_unpool1d nn.functional.max_unpool2d nn.functional.mish
            nn.functional.mse_loss nn.functional.multi_margin_loss nn.functional.multilabel_margin_loss
            nn.functional.multilabel_soft_margin_loss nn.functional.nll_loss nn.functional.normalize
            nn.functional.one_hot nn.functional.pad nn.functional.pairwise_distance nn.functional.pdist
            nn.functional.pixel_shuffle nn.functional.pixel_unshuffle nn.functional.poisson_nll_loss
            nn.functional.prelu nn.functional.relu nn.functional.relu6 nn.functional.rms_norm nn.functional.selu
            nn.functional.sigmoid nn.functional.silu nn.functional.smooth_l1_loss nn.functional.soft_margin_loss
            nn.functional.softmax nn.functional.softmin nn.functional.softplus nn.functional.softshrink
            nn.functional.softsign nn.functional.tanh nn.functional.tanhshrink nn.functional.threshold
            nn.functional.triplet_margin_loss nn.functional.triplet_margin_with_distance_loss nn.functional.unfold
            nn.functional.upsample nn.functional.upsample_bilinear nn.functional.upsample_nearest
            : changes(@0 if inplace) -> view(Tensor)
            nn.init.uniform_ nn.init.normal_ nn.init.constant_ nn.init.ones_ nn.init.zeros_ nn.init.eye_
            nn.init.dirac_ nn.init.xavier_uniform_ nn.init.xavier_normal_ nn.init.kaiming_uniform_
            nn.init.kaiming_normal_ nn.init.trunc_normal_ nn.init.orthogonal_ nn.init.sparse_ nn.init.uniform
            nn.init.normal nn.init.constant nn.init.xavier_uniform nn.init.xavier_normal nn.init.kaiming_uniform
            nn.init.kaiming_normal nn.init.orthogonal : changes(tensor@0) draws -> view(Tensor) of tensor@0
            nn.utils.clip_grad_norm_ nn.utils.clip_grad_value_ nn.utils.clip_grad_norm
            : changes(parameters@0) -> view(Tensor)
            nn.init.calculate_gain : pure
            nn.utils.rnn.pack_padded_sequence nn.utils.rnn.pad_packed_sequence nn.utils.rnn.pack_sequence
            nn.utils.rnn.unpack_sequence nn.utils.rnn.pad_sequence nn.utils.rnn.unpad_sequence
            nn.utils.rnn.PackedSequence : -> view(unknown)
            autograd.grad : changes(*) -> view(list(Tensor))
            autograd.backward : changes(*)
            save : writes(f@1)
            load jit.load : reads(f@0) -> unknown
            jit.save : writes(f@1)
            hub.load hub.load_state_dict_from_url : reads(any) -> unknown
            set_default_dtype set_default_device set_default_tensor_type set_num_threads set_grad_enabled
            set_printoptions use_deterministic_algorithms set_float32_matmul_precision backends.* cuda.empty_cache
            cuda.set_device : configures
            no_grad enable_grad inference_mode autocast amp.autocast cuda.amp.autocast autograd.set_detect_anomaly
            device Generator cuda.device : -> object
            cuda.is_available cuda.device_count cuda.current_device cuda.get_device_name cuda.memory_allocated
            cuda.synchronize is_tensor numel get_rng_state get_default_dtype is_grad_enabled iinfo finfo Size : pure
            from_numpy as_tensor tensor asarray frombuffer reshape flatten squeeze unsqueeze transpose permute split
            chunk unbind narrow broadcast_to broadcast_tensors movedim swapaxes atleast_1d atleast_2d diagonal
            view_as_real
            : -> view(Tensor)
            zeros ones empty full arange linspace logspace eye zeros_like ones_like empty_like full_like cat concat
            stack
            hstack vstack dstack where abs add sub mul div pow sqrt exp log log2 log10 log1p sin cos tan tanh sigmoid
            relu softmax log_softmax sum mean std var max min argmax argmin prod cumsum cumprod norm dot mm matmul
            bmm mv
            outer all any eq ne lt le gt ge isnan isinf isfinite floor ceil round clamp clip sort argsort topk unique
            nonzero tile repeat_interleave clone einsum allclose equal meshgrid cdist cross det inverse trace tril
            triu
            diag sign neg square bincount histc searchsorted bucketize gather index_select masked_select scatter take
            maximum minimum median quantile logsumexp roll flip rot90 cartesian_prod combinations
            linalg.cholesky linalg.cholesky_ex linalg.cond linalg.cross linalg.det linalg.diagonal linalg.eig
            linalg.eigh linalg.eigvals linalg.eigvalsh linalg.householder_product linalg.inv linalg.inv_ex
            linalg.ldl_factor linalg.ldl_solve linalg.lstsq linalg.lu linalg.lu_factor linalg.lu_solve linalg.matmul
            linalg.matrix_exp linalg.matrix_norm linalg.matrix_power linalg.matrix_rank linalg.multi_dot linalg.norm
            linalg.pinv linalg.qr linalg.slogdet linalg.solve linalg.solve_ex linalg.solve_triangular linalg.svd
            linalg.svdvals linalg.tensorinv linalg.tensorsolve linalg.vander linalg.vecdot linalg.vector_norm
            fft.fft fft.fft2 fft.fftfreq fft.fftn fft.fftshift fft.hfft fft.hfft2 fft.hfftn fft.ifft fft.ifft2
            fft.ifftn fft.ifftshift fft.ihfft fft.ihfft2 fft.ihfftn fft.irfft fft.irfft2 fft.irfftn fft.rfft
            fft.rfft2 fft.rfftfreq fft.rfftn special.airy_ai special.bessel_j0 special.bessel_j1 special.bessel_y0
            special.bessel_y1 special.digamma special.entr special.erf special.erfc special.erfcx special.erfinv
            special.exp2 special.expit special.expm1 special.gammainc special.gammaincc special.gammaln special.i0
            special.i0e special.i1 special.i1e special.log1p special.log_ndtr special.log_softmax special.logit
            special.logsumexp special.multigammaln special.ndtr special.ndtri special.polygamma special.psi
            special.round special.sinc special.softmax special.xlog1py special.xlogy special.zeta
            : changes(out) -> view(Tensor)
            manual_seed_all : seeds
"""

MODELS = (LibraryModel(library="torch", rules=_RULES, decorators=words("no_grad inference_mode enable_grad")),)
