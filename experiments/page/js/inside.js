// The width and height inside a figure's frame; none before it has been laid out, when asking for them is an error.
function inside(plot) {
  const {inner_width, inner_height} = plot.properties
  return inner_width.is_unset || inner_height.is_unset ? [0, 0] : [plot.inner_width, plot.inner_height]
}
