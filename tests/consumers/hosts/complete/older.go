package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

// older is a language host that runs beside this one.
type older struct {
	process    *exec.Cmd
	output     *bufio.Reader
	connection *grpc.ClientConn
}

// start runs a language host with the arguments of this one, and waits until it answers.
func start(path string) (*older, error) {
	process := exec.Command(path, os.Args[1:]...)
	process.Stderr = os.Stderr
	output, err := process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := process.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(output)
	port, err := lines.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("%s did not start: %w", path, err)
	}
	connection, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(port),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	return &older{process, lines, connection}, err
}

// client calls the host.
func (o *older) client() pulumirpc.LanguageRuntimeClient {
	return pulumirpc.NewLanguageRuntimeClient(o.connection)
}

// stop ends the host.
func (o *older) stop() { _ = o.process.Process.Kill() }

// printed hands on what programs print, until the host ends.
func (o *older) printed() { _, _ = io.Copy(os.Stdout, o.output) }

// forward hands a call on as it came. Every message is read as an empty one, whose unknown fields Protobuf
// keeps: so no message's form need be known here.
func (o *older) forward(_ any, caller grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(caller)
	ctx, cancel := context.WithCancel(caller.Context())
	defer cancel()
	callee, err := o.connection.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, method)
	if err != nil {
		return err
	}
	var request emptypb.Empty
	if err := caller.RecvMsg(&request); err != nil {
		return err
	}
	// io.EOF: the call has ended before its request was sent, as when the host does not know the method.
	// How it ended is what RecvMsg returns.
	if err := callee.SendMsg(&request); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if err := callee.CloseSend(); err != nil {
		return err
	}
	for {
		var answer emptypb.Empty
		if err := callee.RecvMsg(&answer); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := caller.SendMsg(&answer); err != nil {
			return err
		}
	}
}
