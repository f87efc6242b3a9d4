"""Astronomy: astropy and astroquery."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_ASTROPY = """
io.fits.open : writes(name@0) -> holding(HDU)
io.fits.getdata io.fits.getheader io.fits.getval io.fits.info : reads(filename@0) -> unknown
io.fits.writeto io.fits.append io.fits.update io.fits.setval : writes(filename@0)
io.fits.PrimaryHDU io.fits.ImageHDU io.fits.BinTableHDU io.fits.TableHDU io.fits.HDUList io.fits.CompImageHDU
io.fits.Header
io.fits.Column io.fits.ColDefs io.fits.BinTableHDU.from_columns : -> holding(HDU)
table.Table.read table.QTable.read io.ascii.read io.votable.parse io.votable.parse_single_table
: reads(@0 table source) -> Table
io.ascii.write : writes(output@1)
table.Table table.QTable table.vstack table.hstack table.join table.unique table.Table.from_pandas : -> view(Table)
table.Column table.MaskedColumn table.Row : -> view(Quantity)
coordinates.SkyCoord coordinates.Angle coordinates.Longitude coordinates.Latitude coordinates.EarthLocation
coordinates.Distance
coordinates.AltAz coordinates.ICRS coordinates.Galactic coordinates.FK5 coordinates.get_sun coordinates.get_body
coordinates.SkyCoord.from_name coordinates.EarthLocation.of_site coordinates.EarthLocation.from_geodetic
coordinates.get_moon
coordinates.match_coordinates_sky coordinates.search_around_sky time.Time time.Time.now time.TimeDelta units.Quantity
units.Unit units.def_unit units.add_enabled_units units.spectral units.doppler_optical units.dimensionless_angles
units.brightness_temperature cosmology.FlatLambdaCDM cosmology.LambdaCDM wcs.WCS wcs.utils.proj_plane_pixel_scales
wcs.utils.skycoord_to_pixel wcs.utils.pixel_to_skycoord nddata.Cutout2D nddata.CCDData nddata.StdDevUncertainty
stats.sigma_clip stats.sigma_clipped_stats stats.mad_std stats.biweight_location stats.SigmaClip
stats.gaussian_fwhm_to_sigma
stats.gaussian_sigma_to_fwhm stats.LombScargle timeseries.LombScargle timeseries.BoxLeastSquares convolution.convolve
convolution.convolve_fft convolution.Gaussian2DKernel convolution.Gaussian1DKernel convolution.Box1DKernel
convolution.Tophat2DKernel modeling.models.Gaussian1D modeling.models.Gaussian2D modeling.models.Linear1D
modeling.models.Polynomial1D modeling.models.Polynomial2D modeling.models.Moffat2D modeling.models.Voigt1D
modeling.models.Lorentz1D modeling.models.PowerLaw1D modeling.models.Const1D modeling.models.Const2D
modeling.models.Sersic2D
modeling.models.BlackBody modeling.fitting.LevMarLSQFitter modeling.fitting.LinearLSQFitter
modeling.fitting.TRFLSQFitter
modeling.fitting.SLSQPLSQFitter modeling.fitting.FittingWithOutlierRemoval visualization.ZScaleInterval
visualization.PercentileInterval visualization.MinMaxInterval visualization.AsinhStretch visualization.LogStretch
visualization.SqrtStretch visualization.LinearStretch visualization.ImageNormalize visualization.simple_norm
visualization.make_lupton_rgb visualization.mpl_normalize.ImageNormalize visualization.quantity_support
visualization.time_support : -> view(Quantity)
visualization.hist : changes(ax) figure -> view(unknown) of ax
utils.data.download_file utils.data.get_pkg_data_filename utils.data.clear_download_cache : writes(any) -> constant
units.set_enabled_units units.set_enabled_equivalencies units.imperial.enable units.cgs.enable : configures
log.setLevel : configures

class HDU HDUList Header : object
  writeto : changes(self) writes(fileobj@0 name@0)
  append insert pop close flush update set add_history add_comment remove extend update_header verify readall
  add_checksum
  : changes(self *) -> view(HDU)
  info index_of get keys values items cards copy tostring filename fileinfo count : -> view(unknown)
  .data : -> view(Quantity)
  .header .columns : -> view(HDU)
  .name .shape .size .ver : -> constant
  __getitem__ __iter__ : -> view(HDU)
  __enter__ : -> receiver
class Table Row QTable : object
  add_column add_columns add_row add_index remove_column remove_columns remove_row remove_rows keep_columns
  rename_column rename_columns
  replace_column sort reverse insert_row convert_bytestring_to_unicode convert_unicode_to_bytestring update
  : changes(self *)
  write : writes(@0)
  to_pandas : -> pandas.DataFrame
  group_by filled copy as_array iterrows itercols index_column argsort keys values items field : -> view(Table)
  info pprint pprint_all pformat more show_in_notebook show_in_browser __len__ : -> constant
  .colnames .dtype .meta .columns .groups .loc .iloc .mask : -> view(unknown)
  __getitem__ : -> view(Table)
  __iter__ : -> view(Row)
class Quantity : object
  to to_value decompose separation separation_3d position_angle transform_to match_to_catalog_sky search_around_sky
  to_string
  reshape sum mean min max std ravel flatten astype copy strftime is_transformable_to cross dot
  pixel_to_world world_to_pixel wcs_pix2world wcs_world2pix all_pix2world all_world2pix sub celestial dropaxis slice
  to_header
  footprint_contains calc_footprint pixel_to_world_values world_to_pixel_values comoving_distance
  luminosity_distance age
  angular_diameter_distance lookback_time H evaluate power autopower false_alarm_probability directional_offset_by
  spherical_offsets_to
  get_constellation sidereal_time argmin argmax sort_values filled : -> view(Quantity)
  __call__ : -> view(unknown)
  .* : -> view(Quantity)
  __getitem__ __iter__ : -> view(Quantity)
"""

MODELS = (LibraryModel(library="astropy", rules=_ASTROPY),)
