package gitinfo

// ours reports whether git is known to trust a file. Owners are more than a
// number here; git has to say.
func ours(string) bool { return false }
