// Package weights reads and writes the parameters of networks as .safetensors
// and .npz files.
//
//	a path --(Read)--> File: named arrays --(Into)--> the flat vector of a network
//	a flat vector --(From)--> named arrays --(Encode)--> a file
//
// Files have PyTorch's layouts, whoever wrote them: weights of a dense layer are
// outputs x inputs, those of a conv outputs x inputs/groups x height x width, and
// a dense layer behind a flattened image counts its inputs by channel, height,
// width. In memory they are as runtime/network has them.
//
// A file of PyTorch is made by one of
//
//	safetensors.torch.save_file(model.state_dict(), "model.safetensors")
//	numpy.savez("model.npz", **{k: v.numpy() for k, v in model.state_dict().items()})
//
// and one written here goes into a model with the same layers in the same order
// by
//
//	for p, a in zip(model.parameters(), numpy.load("run.npz").values()):
//	    p.data = torch.from_numpy(a)
//
// Into finds the arrays by the network's own names, such as conv1.weight, and
// where a file has others by their shapes and order. It takes nothing that it
// would have to guess.
package weights
