package clientid

import "os"

// describeSystem reads the distribution from the first os-release file that
// can be read.
func describeSystem() system {
	facts := system{name: "Linux", version: unknown, arch: machine()}
	for _, path := range []string{"/etc/os-release", "/usr/lib/os-release"} {
		if text, err := os.ReadFile(path); err == nil {
			facts.name, facts.version = parseOSRelease(string(text))
			break
		}
	}
	return facts
}
