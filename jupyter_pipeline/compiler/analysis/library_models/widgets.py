"""Widgets of notebooks: their callbacks may run later, so that a widget holds them."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_IPYWIDGETS = """
interact interact_manual interactive interactive_output interaction.interact interaction.interact_manual
interaction.interactive
interaction.interactive_output : changes(*) figure draws -> Widget
interact.widget interactive.widget fixed interaction.fixed register : -> unknown
link jslink dlink jsdlink : changes(*) -> object
embed.embed_minimal_html : writes(fp@0) changes(views)
embed.embed_snippet embed.embed_data : -> constant
class Widget
  Accordion AppLayout Audio BoundedFloatText BoundedIntText Box Button ButtonStyle Checkbox ColorPicker
  ColorsInput Combobox Controller DOMWidget DatePicker DatetimePicker Dropdown FileUpload FloatLogSlider
  FloatProgress FloatRangeSlider FloatSlider FloatText FloatsInput GridBox GridspecLayout HBox HTML HTMLMath
  Image IntProgress IntRangeSlider IntSlider IntText IntsInput Label Layout NaiveDatetimePicker Output Password
  Play RadioButtons Select SelectMultiple SelectionRangeSlider SelectionSlider SliderStyle Stack Style Tab
  TagsInput Text Textarea TimePicker ToggleButton ToggleButtons ToggleButtonsStyle TwoByTwoLayout VBox Valid
  Video : object
  observe unobserve unobserve_all on_click on_submit on_msg on_trait_change on_displayed on_widget_constructed
  set_trait add_traits set_state hold_sync hold_trait_notifications close close_all open send send_state
  append_stdout append_stderr append_display_data clear_output capture set_title add_class remove_class update
  notify_change click focus blur : changes(self *) -> view(unknown)
  get_state get_view_spec get_interact_value trait_values trait_metadata trait_names traits keys has_trait
  trait_defaults get_manager_state get_title : -> view(unknown)
  from_file : reads(filename@0) -> Widget
  .model_id .description .min .max .step .disabled .placeholder .tooltip .icon .button_style .orientation
  .readout_format .continuous_update .index .label : -> constant
  .children .layout .style .outputs .value .options .titles .kwargs .result .widget : -> view(unknown)
  __enter__ : changes(self) -> receiver
"""

MODELS = (LibraryModel(library="ipywidgets", rules=_IPYWIDGETS),)
