package dataset

import (
	"fmt"

	"relief/runtime/random"
)

// Augment changes samples at random: the same seed, epoch and sample always
// give the same change, whatever was drawn before.
type Augment struct {
	flip   bool
	pad    int
	stream random.Stream
}

// NewAugment returns the augmentation that mirrors a sample from left to right
// half the time if flip is set, and that pads it by crop pixels on all sides
// and takes a window of its own size from there, all places being equally
// likely. The padding is zero, which is the mean of standardised data. crop is
// 0 to 64.
func NewAugment(seed uint64, flip bool, crop int) (*Augment, error) {
	if crop < 0 || crop > 64 {
		return nil, option(fmt.Sprintf("samples cannot be padded by %d pixels", crop), "give 0 to 64")
	}
	return &Augment{flip: flip, pad: crop, stream: random.New(seed, "dataset", "augment")}, nil
}

// Sample writes the changed form of src, height x width x channels, to dst,
// which must not overlap it. index is the sample's place in the set. Nothing is
// allocated.
func (a *Augment) Sample(dst, src []float32, shape [3]int, epoch, index int) {
	h, w, c := shape[0], shape[1], shape[2]
	bits := a.stream.Uint64(uint64(epoch), uint64(index))
	mirror := a.flip && bits&1 == 1
	places := uint64(2*a.pad + 1)
	down := int(bits>>8&0xffffff%places) - a.pad // of 2^24: no place is 1e-5 likelier
	right := int(bits>>32%places) - a.pad
	for i := range h {
		row := dst[i*w*c : (i+1)*w*c]
		from := i + down
		if from < 0 || from >= h {
			clear(row)
			continue
		}
		for j := range w {
			at := j
			if mirror {
				at = w - 1 - j
			}
			at += right
			if at < 0 || at >= w {
				clear(row[j*c : (j+1)*c])
			} else {
				copy(row[j*c:(j+1)*c], src[(from*w+at)*c:(from*w+at+1)*c])
			}
		}
	}
}
