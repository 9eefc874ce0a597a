package report

import "testing"

func TestImagesFromElsewhereAreLinks(t *testing.T) {
	for markdown, want := range map[string]string{
		`![a *b* & c](https://example.org/x.png?a=1&b=2 "t")`: `<p><a href="https://example.org/x.png?a=1&amp;b=2">a b &amp; c</a></p>`,
		`![](//example.org/x.png)`:                            `<p><a href="//example.org/x.png">//example.org/x.png</a></p>`,
		`![local](plots/a.svg)`:                               `<p><a href="plots/a.svg">local</a></p>`,
		`[![a](https://example.org/x.png)](https://e.org)`:    `<p><a href="https://e.org">a</a></p>`,
		"![r][x]\n\n[x]: https://example.org/y.png":           `<p><a href="https://example.org/y.png">r</a></p>`,
		`![s](javascript:alert(1))`:                           `<p>s</p>`,
		`![d "q"](data:image/png;base64,AAAA)`:                `<p><img src="data:image/png;base64,AAAA" alt="d &quot;q&quot;"></p>`,
	} {
		if got := string(rendered(markdown)); got != want+"\n" {
			t.Errorf("%s\n got %swant %s", markdown, got, want)
		}
	}
}
