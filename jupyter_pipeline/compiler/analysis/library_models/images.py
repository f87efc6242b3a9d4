"""Images: torchvision, scikit-image, imbalanced learning."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_TORCHVISION = """
class **.AutoAugment **.CenterCrop **.ColorJitter **.Compose **.ConvertImageDtype **.ElasticTransform **.FiveCrop
**.GaussianBlur **.Grayscale **.Lambda **.LinearTransformation **.Normalize **.PILToTensor **.Pad **.RandAugment
**.RandomAdjustSharpness **.RandomAffine **.RandomApply **.RandomAutocontrast **.RandomChoice **.RandomCrop
**.RandomEqualize **.RandomErasing **.RandomGrayscale **.RandomHorizontalFlip **.RandomInvert **.RandomOrder
**.RandomPerspective **.RandomPosterize **.RandomResizedCrop **.RandomRotation **.RandomSolarize
**.RandomVerticalFlip **.Resize **.Scale **.TenCrop **.ToPILImage **.ToTensor **.ToImage **.ToDtype
**.TrivialAugmentWide : object
  __call__ forward : draws -> new(torch.Tensor)
  get_params : draws -> container
class **.MNIST **.FashionMNIST **.KMNIST **.EMNIST **.QMNIST **.CIFAR10 **.CIFAR100 **.ImageNet **.STL10 **.SVHN
**.CelebA **.VOCDetection **.VOCSegmentation **.CocoDetection **.CocoCaptions **.ImageFolder **.DatasetFolder
**.Places365 **.Flowers102 **.OxfordIIITPet **.Food101 **.StanfordCars **.USPS **.Omniglot **.LSUN **.Cityscapes
**.FakeData : object
  __getitem__ __iter__ : draws -> torch.Tensor
  __len__ : -> constant
  .classes .class_to_idx .data .targets .samples .imgs .transform .train_data .train_labels .test_data
  : -> view(unknown)
functions
datasets.MNIST datasets.FashionMNIST datasets.KMNIST datasets.EMNIST datasets.QMNIST datasets.CIFAR10
datasets.CIFAR100 datasets.ImageNet datasets.STL10 datasets.SVHN datasets.CelebA datasets.VOCDetection
datasets.VOCSegmentation datasets.CocoDetection datasets.CocoCaptions datasets.ImageFolder datasets.DatasetFolder
datasets.Places365 datasets.Flowers102 datasets.OxfordIIITPet datasets.Food101 datasets.StanfordCars datasets.USPS
datasets.Omniglot datasets.LSUN datasets.Cityscapes datasets.FakeData : reads(root@0) writes(root@0) -> holding(MNIST)
models.alexnet models.vgg11 models.vgg11_bn models.vgg13 models.vgg13_bn models.vgg16 models.vgg16_bn models.vgg19
models.vgg19_bn models.resnet18 models.resnet34 models.resnet50 models.resnet101 models.resnet152
models.resnext50_32x4d models.wide_resnet50_2 models.densenet121 models.densenet161 models.densenet169
models.densenet201 models.inception_v3 models.googlenet models.mobilenet_v2 models.mobilenet_v3_small
models.mobilenet_v3_large models.squeezenet1_0 models.squeezenet1_1 models.shufflenet_v2_x1_0 models.efficientnet_b0
models.efficientnet_b1 models.efficientnet_b4 models.efficientnet_v2_s models.convnext_tiny models.convnext_base
models.vit_b_16 models.vit_b_32 models.vit_l_16 models.swin_t models.swin_b models.maxvit_t models.regnet_y_400mf
models.detection.fasterrcnn_resnet50_fpn models.detection.maskrcnn_resnet50_fpn
models.detection.retinanet_resnet50_fpn models.detection.ssd300_vgg16 models.detection.keypointrcnn_resnet50_fpn
models.segmentation.fcn_resnet50 models.segmentation.deeplabv3_resnet50 models.segmentation.deeplabv3_resnet101
models.segmentation.deeplabv3_mobilenet_v3_large : draws -> torch.Module
models.get_model : draws -> torch.Module
transforms.functional.resize transforms.functional.crop transforms.functional.center_crop transforms.functional.hflip
transforms.functional.vflip transforms.functional.rotate transforms.functional.pad transforms.functional.to_tensor
transforms.functional.to_pil_image transforms.functional.adjust_brightness transforms.functional.adjust_contrast
transforms.functional.adjust_hue transforms.functional.adjust_saturation transforms.functional.rgb_to_grayscale
transforms.functional.affine transforms.functional.gaussian_blur transforms.functional.pil_to_tensor
utils.make_grid utils.draw_bounding_boxes utils.draw_segmentation_masks ops.nms ops.box_iou ops.roi_align ops.roi_pool
ops.box_convert : -> new(torch.Tensor)
transforms.functional.normalize : changes(@0 if inplace@3) -> view(torch.Tensor)
utils.save_image : writes(fp@1)
io.read_image io.read_file io.read_video io.decode_image : reads(path@0 filename@0 input@0) -> torch.Tensor
io.write_png io.write_jpeg io.write_video : writes(filename@1 filename@0)
set_image_backend disable_beta_transforms_warning : configures
"""
_SKIMAGE = """
io.imread io.imread_collection io.ImageCollection io.load_sift : reads(fname@0 load_pattern@0) -> table
io.imsave : writes(fname@0)
io.imshow io.show io.imshow_collection : figure -> object
io.use_plugin : configures
data.astronaut data.binary_blobs data.brain data.brick data.camera data.cat data.cell data.cells3d data.checkerboard
data.chelsea
data.clock data.coffee data.coins data.colorwheel data.eagle data.grass data.gravel data.horse data.human_mitosis
data.hubble_deep_field data.immunohistochemistry data.lily data.logo data.microaneurysms data.moon data.page
data.retina
data.rocket data.shepp_logan_phantom data.skin data.stereo_motorcycle data.text
: reads(any) draws(unless rng) -> table
color.rgb2gray color.gray2rgb color.rgb2hsv color.hsv2rgb color.rgb2lab color.lab2rgb color.rgba2rgb color.gray2rgba
color.rgb2xyz
color.xyz2rgb color.rgb2hed color.hed2rgb color.rgb2yuv color.rgb2ycbcr color.label2rgb color.deltaE_cie76
color.separate_stains
color.combine_stains color.convert_colorspace exposure.equalize_hist exposure.equalize_adapthist
exposure.rescale_intensity
exposure.adjust_gamma exposure.adjust_log exposure.adjust_sigmoid exposure.histogram exposure.cumulative_distribution
exposure.is_low_contrast exposure.match_histograms filters.gaussian filters.sobel filters.sobel_h filters.sobel_v
filters.prewitt
filters.scharr filters.roberts filters.laplace filters.median filters.threshold_otsu filters.threshold_local
filters.threshold_li
filters.threshold_yen filters.threshold_triangle filters.threshold_multiotsu filters.threshold_isodata
filters.threshold_mean
filters.threshold_minimum filters.threshold_niblack filters.threshold_sauvola filters.try_all_threshold
filters.unsharp_mask
filters.frangi filters.meijering filters.sato filters.hessian filters.gabor filters.gabor_kernel
filters.difference_of_gaussians
filters.apply_hysteresis_threshold filters.rank.entropy filters.rank.mean filters.rank.median filters.window
feature.canny feature.hog
feature.corner_harris feature.corner_peaks feature.corner_subpix feature.peak_local_max feature.blob_log
feature.blob_dog
feature.blob_doh feature.local_binary_pattern feature.graycomatrix feature.graycoprops feature.greycomatrix
feature.greycoprops
feature.match_template feature.match_descriptors feature.hessian_matrix feature.hessian_matrix_eigvals
feature.structure_tensor
measure.label measure.regionprops measure.regionprops_table measure.find_contours measure.marching_cubes
measure.moments
measure.profile_line measure.perimeter measure.euler_number measure.shannon_entropy measure.block_reduce
measure.subdivide_polygon
measure.approximate_polygon measure.mesh_surface_area metrics.structural_similarity metrics.mean_squared_error
metrics.peak_signal_noise_ratio metrics.normalized_root_mse metrics.adapted_rand_error
metrics.variation_of_information
morphology.binary_closing morphology.binary_dilation morphology.binary_erosion morphology.binary_opening
morphology.closing
morphology.dilation morphology.erosion morphology.opening morphology.white_tophat morphology.black_tophat
morphology.skeletonize
morphology.thin morphology.medial_axis morphology.convex_hull_image morphology.remove_small_objects
morphology.remove_small_holes
morphology.disk morphology.ball morphology.square morphology.rectangle morphology.diamond morphology.cube
morphology.octagon
morphology.star morphology.footprint_rectangle morphology.reconstruction morphology.local_maxima
morphology.local_minima
morphology.h_maxima morphology.area_opening morphology.area_closing morphology.label restoration.denoise_bilateral
restoration.denoise_nl_means restoration.denoise_tv_chambolle restoration.denoise_wavelet restoration.estimate_sigma
restoration.inpaint_biharmonic restoration.richardson_lucy restoration.wiener restoration.rolling_ball
restoration.unwrap_phase
segmentation.slic segmentation.felzenszwalb segmentation.quickshift segmentation.watershed segmentation.chan_vese
segmentation.find_boundaries segmentation.mark_boundaries segmentation.clear_border segmentation.expand_labels
segmentation.flood
segmentation.flood_fill segmentation.join_segmentations segmentation.relabel_sequential segmentation.active_contour
segmentation.morphological_chan_vese segmentation.random_walker transform.resize transform.rescale transform.rotate
transform.warp
transform.swirl transform.pyramid_gaussian transform.pyramid_reduce transform.pyramid_expand transform.hough_line
transform.hough_line_peaks transform.hough_circle transform.hough_circle_peaks transform.hough_ellipse
transform.probabilistic_hough_line transform.radon transform.iradon transform.integral_image
transform.downscale_local_mean
transform.estimate_transform transform.warp_polar util.img_as_float util.img_as_ubyte util.img_as_uint
util.img_as_bool
util.img_as_int util.img_as_float32 util.img_as_float64 util.invert util.montage util.crop util.pad
util.view_as_blocks
util.view_as_windows util.compare_images util.map_array img_as_float img_as_ubyte img_as_uint img_as_bool img_as_int
img_as_float32
img_as_float64 draw.circle draw.disk draw.circle_perimeter draw.line draw.polygon draw.polygon_perimeter
draw.ellipse draw.rectangle
draw.random_shapes draw.line_aa draw.bezier_curve registration.phase_cross_correlation registration.optical_flow_tvl1
: changes(out output) -> view(table)
util.random_noise : draws(unless rng seed) -> table
measure.ransac : draws(unless rng random_state) -> list(unknown)
draw.set_color : changes(image@0)
transform.AffineTransform transform.SimilarityTransform transform.ProjectiveTransform transform.EuclideanTransform
transform.PolynomialTransform transform.PiecewiseAffineTransform feature.ORB feature.SIFT feature.BRIEF
measure.LineModelND
measure.CircleModel measure.EllipseModel : -> Estimator
class Estimator : object
  estimate detect extract detect_and_extract : changes(self)
  __call__ inverse residuals predict predict_xy : -> view(table)
  .params .keypoints .descriptors .matrix .scale .rotation .translation : -> view(table)
"""

MODELS = (
    LibraryModel(library="torchvision", rules=_TORCHVISION),
    LibraryModel(library="skimage", rules=_SKIMAGE),
)
