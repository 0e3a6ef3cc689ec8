// One month on or back.
slider.value = Math.max(slider.start, Math.min(slider.end, slider.value + by))
settled.value = slider.value
