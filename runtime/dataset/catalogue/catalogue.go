// Package catalogue knows the public data sets that studies are written for:
// where their files are, what they are called, how long they are and what is in
// them. It tells whether a folder holds one.
//
//	a name --(Find)--> Set
//	a folder --(Inspect)--> Inspection: files, images, classes, what is wrong
//
// runtime/dataset reads the files, and runtime/dataset/fetch gets them.
package catalogue

import "slices"

// Set is one public data set.
type Set struct {
	Name    string // in commands: "cifar10"
	Title   string // "CIFAR-10"
	Summary string // what it is, without a stop
	Home    string // the address below which Files are
	Files   []File // what is fetched
	// Inside is what is kept of an archive, which is Files then, and Folder the
	// folder of the archive in which it is. Without it Files are kept.
	Folder string
	Inside []File
	Shape  [3]int // of an image: height, width, channels
	// Counts are the images of each class, for training and for test.
	Counts   [2][]int
	Licence  string
	Citation string
	Study    string // the lines of a study that use it; the folder is data/Name
}

// File is one file of a data set.
type File struct {
	Name    string
	Bytes   int64  // 0 if that is not known
	SHA256  string // "" if that is not known
	MD5     string
	Content string // SHA-256 of what a compressed file holds
	Images  int    // images or labels in it; 0 for other files
	Test    bool   // they are the test set's
}

// Contents are the files that a folder of the data set holds.
func (s *Set) Contents() []File {
	if s.Inside != nil {
		return s.Inside
	}
	return s.Files
}

// pairs reports whether images and labels are in files of their own (IDX).
func (s *Set) pairs() bool { return s.Folder == "" }

// Images is the number of images, for training and for test.
func (s *Set) Images() [2]int {
	var n [2]int
	for i, counts := range s.Counts {
		for _, c := range counts {
			n[i] += c
		}
	}
	return n
}

// All returns every data set, in the order in which they are listed.
func All() []*Set { return sets }

// Find returns the data set of a name, or nil.
func Find(name string) *Set {
	i := slices.IndexFunc(sets, func(s *Set) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return sets[i]
}

// Names are the names of All.
func Names() []string {
	var out []string
	for _, s := range sets {
		out = append(out, s.Name)
	}
	return out
}

// otherImages is what IDX files are that belong to no set that is known.
var otherImages = &Set{
	Title: "images in IDX files, of a set that is not known",
	Files: []File{
		{Name: "train-images-idx3-ubyte.gz", Images: 1}, {Name: "train-labels-idx1-ubyte.gz", Images: 1},
		{Name: "t10k-images-idx3-ubyte.gz", Images: 1, Test: true}, {Name: "t10k-labels-idx1-ubyte.gz", Images: 1, Test: true},
	},
}

const (
	tinyImages = `A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", technical report, University of Toronto, 2009`
	noLicence  = "none is stated; cite the report when results are published"
)

// The digests of archives and .gz files are those that are published for them;
// those of the files inside were compared with the real ones.
var sets = []*Set{
	{
		Name: "cifar10", Title: "CIFAR-10",
		Summary: "colour photographs of 32 x 32 pixels in 10 classes, from airplane to truck",
		Home:    "https://www.cs.toronto.edu/~kriz/",
		Files: []File{{
			Name: "cifar-10-binary.tar.gz", Bytes: 170052171,
			SHA256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", MD5: "c32a1d4ab5d03f1284b67883e8d87530",
		}},
		Folder: "cifar-10-batches-bin",
		Inside: []File{
			{Name: "data_batch_1.bin", Bytes: 30730000, SHA256: "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5", Images: 10000},
			{Name: "data_batch_2.bin", Bytes: 30730000, SHA256: "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed", Images: 10000},
			{Name: "data_batch_3.bin", Bytes: 30730000, SHA256: "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67", Images: 10000},
			{Name: "data_batch_4.bin", Bytes: 30730000, SHA256: "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48", Images: 10000},
			{Name: "data_batch_5.bin", Bytes: 30730000, SHA256: "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add", Images: 10000},
			{Name: "test_batch.bin", Bytes: 30730000, SHA256: "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b", Images: 10000, Test: true},
			{Name: "batches.meta.txt"},
		},
		Shape:   [3]int{32, 32, 3},
		Counts:  [2][]int{slices.Repeat([]int{5000}, 10), slices.Repeat([]int{1000}, 10)},
		Licence: noLicence, Citation: tinyImages,
		Study: `dataset "cifar10" "train" {
  path  = "data/cifar10"
  limit = 5000
}`,
	},
	{
		Name: "cifar100", Title: "CIFAR-100",
		Summary: "colour photographs of 32 x 32 pixels in 100 classes, which make 20 coarse ones",
		Home:    "https://www.cs.toronto.edu/~kriz/",
		Files: []File{{
			Name: "cifar-100-binary.tar.gz", Bytes: 168513733,
			SHA256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec", MD5: "03b5dce01913d631647c71ecec9e9cb8",
		}},
		Folder: "cifar-100-binary",
		Inside: []File{
			{Name: "train.bin", Bytes: 153700000, SHA256: "f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29", Images: 50000},
			{Name: "test.bin", Bytes: 30740000, SHA256: "d8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a", Images: 10000, Test: true},
			{Name: "fine_label_names.txt"},
			{Name: "coarse_label_names.txt"},
		},
		Shape:   [3]int{32, 32, 3},
		Counts:  [2][]int{slices.Repeat([]int{500}, 100), slices.Repeat([]int{100}, 100)},
		Licence: noLicence, Citation: tinyImages,
		Study: `dataset "cifar100" "train" {
  path      = "data/cifar100"
  per_class = 100
}`,
	},
	{
		Name: "mnist", Title: "MNIST",
		Summary: "grey images of 28 x 28 pixels of handwritten digits",
		Home:    "https://ossci-datasets.s3.amazonaws.com/mnist/",
		Files: []File{
			{
				Name: "train-images-idx3-ubyte.gz", Bytes: 9912422, SHA256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", MD5: "f68b3c2dcbeaaa9fbdd348bbdeb94873",
				Content: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", Images: 60000,
			},
			{
				Name: "train-labels-idx1-ubyte.gz", Bytes: 28881, SHA256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", MD5: "d53e105ee54ea40749a09fcbcd1e9432",
				Content: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", Images: 60000,
			},
			{
				Name: "t10k-images-idx3-ubyte.gz", Bytes: 1648877, SHA256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", MD5: "9fb629c4189551a2d022fa330f9573f3",
				Content: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", Images: 10000, Test: true,
			},
			{
				Name: "t10k-labels-idx1-ubyte.gz", Bytes: 4542, SHA256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", MD5: "ec29112dd5afa0611ce80d1b7f02629c",
				Content: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", Images: 10000, Test: true,
			},
		},
		Shape: [3]int{28, 28, 1},
		Counts: [2][]int{
			{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949},
			{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009},
		},
		Licence:  "CC BY-SA 3.0, Y. LeCun and C. Cortes",
		Citation: `Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition", Proceedings of the IEEE 86 (1998) 2278-2324`,
		Study: `dataset "idx" "train" {
  path = "data/mnist"
}`,
	},
	{
		Name: "fashion_mnist", Title: "Fashion-MNIST",
		Summary: "grey images of 28 x 28 pixels of articles of clothing in 10 classes",
		Home:    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
		Files: []File{
			{Name: "train-images-idx3-ubyte.gz", Bytes: 26421880, SHA256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", MD5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d", Images: 60000},
			{Name: "train-labels-idx1-ubyte.gz", Bytes: 29515, SHA256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", MD5: "25c81989df183df01b3e8a0aad5dffbe", Images: 60000},
			{Name: "t10k-images-idx3-ubyte.gz", Bytes: 4422102, SHA256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", MD5: "bef4ecab320f06d8554ea6380940ec79", Images: 10000, Test: true},
			{Name: "t10k-labels-idx1-ubyte.gz", Bytes: 5148, SHA256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", MD5: "bb300cfdad3c16e7a12a480ee83cd310", Images: 10000, Test: true},
		},
		Shape:    [3]int{28, 28, 1},
		Counts:   [2][]int{slices.Repeat([]int{6000}, 10), slices.Repeat([]int{1000}, 10)},
		Licence:  "MIT, Zalando SE",
		Citation: `H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms", arXiv:1708.07747 (2017)`,
		Study: `dataset "idx" "train" {
  path = "data/fashion_mnist"
}`,
	},
}
