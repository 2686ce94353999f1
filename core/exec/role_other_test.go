//go:build !linux

package exec

// playRole has no parts on this system.
func playRole(string) int { return 2 }
