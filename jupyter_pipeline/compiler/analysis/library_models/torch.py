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
            nn.functional.dropout nn.functional.gumbel_softmax nn.functional.rrelu : draws -> view(Tensor)
            nn.functional.* : changes(@0 if inplace) -> view(Tensor)
            nn.init.* : changes(tensor@0) draws -> view(Tensor) of tensor@0
            nn.utils.clip_grad_norm_ nn.utils.clip_grad_value_ nn.utils.clip_grad_norm
            : changes(parameters@0) -> view(Tensor)
            nn.utils.rnn.* : -> view(unknown)
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
            linalg.* fft.* special.* : changes(out) -> view(Tensor)
            manual_seed_all : seeds
"""

MODELS = (LibraryModel(library="torch", rules=_RULES, decorators=words("no_grad inference_mode enable_grad")),)
