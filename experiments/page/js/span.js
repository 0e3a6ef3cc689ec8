// Moves a line to the slider's month.
span.location = slider.value
