package render

import (
	"io"
	"testing"
)

// BenchmarkDemo measures each demo figure: laying it out, and each format.
func BenchmarkDemo(b *testing.B) {
	for _, d := range demos() {
		b.Run(d.name+"/draw", func(b *testing.B) {
			for b.Loop() {
				Draw(d.fig)
			}
		})
		drawing := Draw(d.fig)
		for _, format := range Formats {
			b.Run(d.name+"/"+format, func(b *testing.B) {
				for b.Loop() {
					if err := drawing.Write(format, io.Discard); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
