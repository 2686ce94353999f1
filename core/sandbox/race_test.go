//go:build race

package sandbox

// raceDetector tells that the test program is watched for races, and so takes
// long to start.
const raceDetector = true
