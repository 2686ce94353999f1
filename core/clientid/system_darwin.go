package clientid

import "os"

// describeSystem reads the product version from the property list that macOS
// keeps about itself.
func describeSystem() system {
	facts := system{name: "Mac OS", version: unknown, arch: machine()}
	if text, err := os.ReadFile("/System/Library/CoreServices/SystemVersion.plist"); err == nil {
		facts.version = parseSystemVersion(string(text))
	}
	return facts
}
