//go:build !linux

package exec

// playRole has no parts on this system.
func playRole(string) int { return 2 }

// testKeeper returns nil: there are none on this system.
func testKeeper() (*Command, error) { return nil, nil }
