package report

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// images shows the images of Markdown. The page loads nothing from elsewhere,
// so that an image is shown only if its text holds it (data:), and is a link
// otherwise.
type images struct{}

func (images) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) { r.Register(ast.KindImage, image) }

func image(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.Image)
	alt := util.EscapeHTML(plainText(n, source))
	href := util.EscapeHTML(util.URLEscape(n.Destination, true))
	linked := false // links do not nest
	for p := n.Parent(); p != nil; p = p.Parent() {
		linked = linked || p.Kind() == ast.KindLink
	}
	switch {
	case html.IsDangerousURL(n.Destination):
		_, _ = w.Write(alt)
	case bytes.HasPrefix(bytes.ToLower(n.Destination), []byte("data:")):
		_, _ = w.WriteString(`<img src="` + string(href) + `" alt="` + string(alt) + `">`)
	default:
		if len(alt) == 0 {
			alt = util.EscapeHTML(n.Destination)
		}
		if linked {
			_, _ = w.Write(alt)
			break
		}
		_, _ = w.WriteString(`<a href="` + string(href) + `">` + string(alt) + `</a>`)
	}
	return ast.WalkSkipChildren, nil
}

// plainText is the text in a node, without markup.
func plainText(n ast.Node, source []byte) []byte {
	var b []byte
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b = append(b, util.UnescapePunctuations(c.Segment.Value(source))...)
			if c.SoftLineBreak() || c.HardLineBreak() {
				b = append(b, ' ')
			}
		case *ast.String:
			b = append(b, c.Value...)
		default:
			b = append(b, plainText(c, source)...)
		}
	}
	return b
}
