// Writes the month in words beside the slider.
label.text = `<b style="font-size:1.25rem;color:${ink}">${names[slider.value % 12]} ${2022 + Math.floor(slider.value / 12)}</b>`
