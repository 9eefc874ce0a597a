package lang

// Version is that of the language and the tool: what `relief version` prints,
// and what `requires` of a study is held against.
const Version = "0.1.0"
