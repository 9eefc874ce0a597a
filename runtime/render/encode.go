package render

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"math"
)

// encodePNG writes an opaque image. For true colour it does what image/png
// does at its fastest, less the search for the best of five filters in each
// row, which took most of the time: figures are mostly flat, and differences
// to the row above serve them well. It also states the resolution, which
// image/png cannot, so that the picture has its size in print; 0 states none.
func encodePNG(w io.Writer, img image.Image, dpi float64) error {
	m, ok := img.(*image.RGBA)
	if !ok {
		enc := png.Encoder{CompressionLevel: png.BestSpeed}
		return enc.Encode(w, img)
	}
	size := m.Bounds().Size()
	var data bytes.Buffer
	z, err := zlib.NewWriterLevel(&data, zlib.BestSpeed)
	if err != nil {
		return err
	}
	row := make([]byte, 1+3*size.X)
	row[0] = 2 // filter: up
	above := make([]byte, 4*size.X)
	for y := range size.Y {
		line := m.Pix[y*m.Stride:][:4*size.X]
		for x := range size.X {
			a, b, o := line[4*x:4*x+3], above[4*x:4*x+3], row[3*x+1:3*x+4]
			o[0], o[1], o[2] = a[0]-b[0], a[1]-b[1], a[2]-b[2]
		}
		if _, err := z.Write(row); err != nil {
			return err
		}
		above = line
	}
	if err := z.Close(); err != nil {
		return err
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(size.X))
	head = binary.BigEndian.AppendUint32(head, uint32(size.Y))
	head = append(head, 8, 2, 0, 0, 0) // 8 bits, RGB, not interlaced
	out := []byte("\x89PNG\r\n\x1a\n")
	out = appendChunk(out, "IHDR", head)
	if dpi > 0 {
		metre := uint32(math.Round(dpi / 0.0254))
		size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, metre), metre)
		out = appendChunk(out, "pHYs", append(size, 1))
	}
	out = appendChunk(out, "IDAT", data.Bytes())
	out = appendChunk(out, "IEND", nil)
	_, err = w.Write(out)
	return err
}

func appendChunk(b []byte, kind string, data []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	start := len(b)
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[start:]))
}
