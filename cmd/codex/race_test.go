//go:build race

package main

// raceDetector tells that the program is watched for races, and so takes long to
// start.
const raceDetector = true
