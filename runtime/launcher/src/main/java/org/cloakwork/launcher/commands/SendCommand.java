package org.cloakwork.launcher.commands;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.InputFile;
import org.cloakwork.launcher.cli.ProgressLine;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.wire.websocket.ApiRequest;
import org.cloakwork.wire.websocket.ApiResponse;
import org.cloakwork.wire.websocket.ExtensionRequest;
import org.cloakwork.wire.websocket.ExtensionResponse;
import org.cloakwork.wire.websocket.RefusedException;

/** {@code cloakwork send}: one message, through a client that is running. */
public final class SendCommand implements Command {

    private static final String ID = "1";
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration ASKED_EACH = Duration.ofMillis(500);
    private static final int MAX_DEADLINE_SECONDS = 30 * 24 * 3600;

    private final PrintStream out;
    private final PrintStream err;

    public SendCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Whom a message is for: an address, or the tag of somebody to answer. */
    private record To(Optional<MixnetAddress> address, Optional<SenderTag> tag) {
    }

    @Override
    public String name() {
        return "send";
    }

    @Override
    public Optional<String> argument() {
        return Optional.of("ADDRESS FILE|-");
    }

    @Override
    public String description() {
        return "send a file, or standard input, through a running client";
    }

    @Override
    public Options options() {
        return ApiConnection.options()
                .addOption(Arguments.option("reply-surbs", "N",
                        "reply blocks that go along, so that the receiver can answer (default: none)"))
                .addOption(Arguments.option("deadline", "SECONDS",
                "give up after that (default 900; not told to nym-client)"));
    }

    @Override
    public int run(CommandLine line) throws Exception {
        To to = to(line.getArgList().getFirst());
        String file = line.getArgList().get(1);
        OptionalInt surbs = line.hasOption("reply-surbs")
                ? OptionalInt.of(Arguments.number(line, "reply-surbs", 0, 0, SendOptions.MAX_REPLY_SURBS))
                : OptionalInt.empty();
        Duration deadline = Duration.ofSeconds(Arguments.number(line, "deadline",
                (int) SendOptions.DEFAULT.deadline().toSeconds(), 1, MAX_DEADLINE_SECONDS));
        byte[] message = file.equals("-") ? InputFile.standardInput() : InputFile.read(Path.of(file), file);
        try (ApiConnection connection = ApiConnection.open(line)) {
            if (connection.isExtended()) {
                SendOptions options = new SendOptions(surbs, deadline, OptionalLong.empty());
                return outcome(connection, to, message, options);
            }
            return handOver(connection, to, message, surbs);
        }
    }

    private static To to(String text) throws UsageException {
        try {
            return text.contains("@") || text.contains(".")
                    ? new To(Optional.of(MixnetAddress.parse(text)), Optional.empty())
                    : new To(Optional.empty(), Optional.of(SenderTag.parse(text)));
        } catch (IllegalArgumentException e) {
            throw new UsageException("\"" + text + "\" is no address and no sender tag: " + e.getMessage());
        }
    }

    private int outcome(ApiConnection connection, To to, byte[] message, SendOptions options) throws Exception {
        // Only of a lane one can ask how much waits there.
        OptionalLong lane = ProgressLine.isShown() ? newLane() : OptionalLong.empty();
        ExtensionRequest request = to.address().isPresent()
                ? new ExtensionRequest.Send(ID, to.address().get(), options, lane, message)
                : new ExtensionRequest.Reply(ID, to.tag().get(), options, lane, message);
        connection.say(request.toJson());
        AtomicLong left = new AtomicLong(message.length);
        double all = Math.max(1, message.length);
        ApiConnection.Event end = ProgressLine.during(err, "sending", () -> 1 - left.get() / all, () -> {
            ApiConnection.Event event = next(connection, lane);
            while (event instanceof ApiConnection.Event.Text(String text)
                    && ExtensionResponse.parse(text) instanceof ExtensionResponse.LaneQueueLength length) {
                left.set(length.bytes());
                event = next(connection, lane);
            }
            return event;
        });
        return ended(end, message.length);
    }

    private static ApiConnection.Event next(ApiConnection connection, OptionalLong lane) throws InterruptedException {
        return lane.isPresent() ? connection.next(ASKED_EACH,
                () -> connection.say(new ExtensionRequest.GetLaneQueueLength(lane.getAsLong()).toJson()))
                : connection.next();
    }

    private int ended(ApiConnection.Event event, int bytes) throws Exception {
        return switch (event) {
            case ApiConnection.Event.Text(String text) -> switch (ExtensionResponse.parse(text)) {
                case ExtensionResponse.Ended(String id,
                        Outcome.Acknowledged(int packets, int again, Duration elapsed)) -> {
                    out.printf("%d bytes acknowledged after %d ms: %d packets, %d retransmissions%n", bytes,
                            elapsed.toMillis(), packets, again);
                    yield DONE;
                }
                case ExtensionResponse.Ended(String id, Outcome.Failed(FailureReason reason, String detail)) -> {
                    if (reason == FailureReason.UNKNOWN_GATEWAY || reason == FailureReason.UNKNOWN_SENDER
                            || reason == FailureReason.MESSAGE_SIZE) {
                        throw new UsageException(detail);
                    }
                    throw new IllegalStateException("not delivered: " + detail);
                }
                case ExtensionResponse.Error(Optional<String> id, String why) -> throw new UsageException(why);
                case ExtensionResponse other -> throw new IllegalStateException("an unexpected answer came");
            };
            case ApiConnection.Event.Binary(byte[] frame) ->
                    throw new IllegalStateException("an unexpected answer came");
            case ApiConnection.Event.Ended(String why) -> throw new IllegalStateException(why);
        };
    }

    /** A lane of its own, because that is answered: then the message is with nym-client, and more it does not tell. */
    private int handOver(ApiConnection connection, To to, byte[] message, OptionalInt surbs) throws Exception {
        OptionalLong lane = newLane();
        ApiRequest request;
        if (to.tag().isPresent()) {
            request = new ApiRequest.Reply(to.tag().get(), lane, message);
        } else if (surbs.isPresent()) {
            request = new ApiRequest.SendAnonymous(to.address().get(), surbs.getAsInt(), lane, message);
        } else {
            request = new ApiRequest.Send(to.address().get(), lane, message);
        }
        connection.say(request.toBytes());
        int others = 0;
        while (true) {
            switch (connection.next(ANSWER)) {
                case ApiConnection.Event.Binary(byte[] bytes) -> {
                    switch (parse(bytes)) {
                        case ApiResponse.LaneQueueLength ignored -> {
                            out.println(message.length
                                    + " bytes handed over; nym-client does not tell whether they arrive");
                            if (others > 0) {
                                err.println(others + " messages came in the meantime and are lost: nym-client gives "
                                        + "them to whoever is connected");
                            }
                            return DONE;
                        }
                        case ApiResponse.Error(var kind, String why) ->
                                throw new UsageException(kind.text() + ": " + why);
                        default -> others++;
                    }
                }
                case ApiConnection.Event.Text(String text) -> others++;
                case ApiConnection.Event.Ended(String why) -> throw new IllegalStateException(why);
            }
        }
    }

    private static OptionalLong newLane() {
        return OptionalLong.of(ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE));
    }

    private static ApiResponse parse(byte[] frame) {
        try {
            return ApiResponse.parse(frame);
        } catch (RefusedException e) {
            throw new IllegalStateException("an answer that is none came: " + e.getMessage());
        }
    }
}
