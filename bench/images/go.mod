module landfall.dev/bench/images

go 1.26.0
