package diag

import "testing"

func TestSentence(t *testing.T) {
	for clause, want := range map[string]string{
		"": "", " ": "", "check the path": "Check the path.", "write one.": "Write one.", "Äpfel": "Äpfel.",
	} {
		if got := Sentence(clause); got != want {
			t.Errorf("%q gives %q, want %q", clause, got, want)
		}
	}
}
