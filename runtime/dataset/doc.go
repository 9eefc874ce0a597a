// Package dataset reads and makes samples with labels or targets.
//
//	files, numbers, a seed --(Source.Load)--> Set --(Standardize, Scale, Split)--> Set
//	Set --(Augment.Sample at (epoch, index))--> one row
//
// The sources are CIFAR, IDX, CSV, NPY and Values, and the made ones Synthetic,
// Teacher and Chebyshev. Nothing depends on the machine, on the number of
// workers or on what was drawn before: the same data give the same bits, and
// Digest names them. What is wrong with data is an *Error, with the place and a
// cure; no input panics, and a header alone reserves no memory.
//
// # Made images
//
// Full-batch gradient descent shows the edge of stability on photographs, but
// not on white noise nor on noise with their spectrum alone. Synthetic has what
// photographs have besides: edges, objects, and classes that overlap. It paints
// scenes of overlapping shapes with sizes of density r^-3 (the dead leaves of
// Lee, Mumford and Huang, "Occlusion models for natural images", 2001) over a
// ground and a sky, with an object in front whose shape, parts, texture, place
// and colours depend on the class, and exposes them like a camera.
//
// The table compares CIFAR-10, the first 7,000 images of data_batch_1, with
// Synthetic{Limit: 7000} and its ten classes. Pixel values run from 0 to 1.
// TestMadeImagesAreLikePhotographs measures it.
//
//	                                CIFAR-10    made
//	standard deviation of values       0.253   0.248
//	correlation of red and green       0.910   0.897
//	correlation of red and blue        0.787   0.739
//	deviation of brightness            0.125   0.120
//	mean of contrast                   0.196   0.192
//	deviation of contrast              0.061   0.059
//	slope of the power spectrum        -3.07   -3.06
//	horizontal over vertical power      0.56    0.50
//	step over contrast                 0.473   0.435
//	kurtosis of steps                   9.59    13.1
//	share of 1 component               0.318   0.299
//	share of 10 components             0.769   0.735
//	share of 50 components             0.963   0.953
//	largest over smallest norm          6.49    6.84
//	share of class means               0.070   0.073
//	nearest mean, 1,000                0.270   0.263
//	nearest mean, 5,000                0.281   0.275
//	least squares, 1,000               0.287   0.269
//	least squares, 5,000               0.387   0.364
//	nearest neighbour, 1,000           0.264   0.233
//	nearest neighbour, 5,000           0.307   0.247
//
// The first 5,000 images are measured, and the next 2,000 are those that the
// classifiers answer. Brightness and contrast are the mean and the deviation of
// the grey values of an image. The slope is that of the logarithm of the power
// averaged over rings, against the logarithm of the radius from 2 to 14 cycles
// per image, under a Hann window; horizontal and vertical power are those on
// the axes from 2 to 11 cycles. A step is the difference of neighbours in a
// row, as a part of the image's contrast. The norms and the share of class
// means in all variance are those of images standardised per pixel; components
// and classifiers see images averaged over blocks of 4 x 4 pixels and
// standardised per pixel.
//
// Gradient descent on all samples, for a 3072-200-200-k network of hyperbolic
// tangents started from the uniform law on +-1/sqrt(inputs), in binary32, with
// half the sum of squares to one-hot targets, averaged over 1,000 images
// standardised per pixel; sharpness by Lanczos. For Synthetic{Classes: 4} and
// learning rate 0.01 (2/eta = 200):
//
//	step           0    250    500    750   1000   1250   1500   1750   2000
//	sharpness   66.4   75.0  109.5  155.1  204.5  198.0  204.6  209.4  195.6
//	loss       0.533  0.208  0.155  0.110  0.075  0.065  0.047  0.031  0.029
//
// The photographs, the first 1,000 of classes 0 to 3, start at 83.9 in the same
// program and cross 200 at step 700. Over the last 40 % of the steps, the
// median of sharpness x eta / 2 and the last loss are
//
//	                                           CIFAR-10         made
//	4 classes, eta 0.01, 2,000 steps         1.03, 0.049   1.02, 0.029
//	4 classes, eta 0.02, 1,500 steps         1.03, 0.033   1.02, 0.016 (seed 0)
//	                                                       1.03, 0.027 (seed 1)
//	                                                       1.01, 0.020 (seed 2)
//	10 classes, eta 0.02, 2,000 steps        1.05, 0.024   1.05, 0.037
package dataset
