package org.cloakwork.localnet.simulation;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Something that goes wrong at a time. The forms are those of {@link org.cloakwork.api.Simulator}. */
sealed interface SimulatedFault {

    /** {@return when it begins, since the start} */
    Duration from();

    /** Packets take longer from node to node. */
    record Delay(Duration delay, Duration from, Duration to) implements SimulatedFault {
    }

    /** Packets overtake others. */
    record Reorder(Duration from, Duration to) implements SimulatedFault {
    }

    /** A gateway is away for a while. */
    record GatewayRestart(Duration from, Duration downtime) implements SimulatedFault {
    }

    /** The directory does not answer. */
    record DirectoryOutage(Duration from, Duration to) implements SimulatedFault {
    }

    /** Mixes change their layers. */
    record Epoch(Duration from) implements SimulatedFault {
    }

    /** Nodes change their keys. */
    record Rotation(Duration from) implements SimulatedFault {
    }

    /** A client does nothing for a while. */
    record Suspend(Duration from, Duration to) implements SimulatedFault {
    }

    Pattern TIME = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h)");
    Map<String, Long> UNIT_NANOS = Map.of("ms", 1_000_000L, "s", 1_000_000_000L, "m", 60_000_000_000L,
            "h", 3_600_000_000_000L);
    Duration DOWNTIME = Duration.ofSeconds(5);
    int MAX_DELAY_MILLIS = 60_000;

    /**
     * @param text one fault
     * @return the fault
     * @throws IllegalArgumentException if it is none; the message names it and the forms there are
     */
    static SimulatedFault parse(String text) {
        int at = text.indexOf('@');
        String name = at < 0 ? text : text.substring(0, at);
        String times = at < 0 ? "" : text.substring(at + 1);
        try {
            if (name.startsWith("delay=")) {
                String millis = name.substring("delay=".length());
                if (!millis.matches("\\d{1,5}") || Integer.parseInt(millis) > MAX_DELAY_MILLIS) {
                    throw new IllegalArgumentException("\"" + millis + "\" is not 0 to " + MAX_DELAY_MILLIS
                            + " milliseconds");
                }
                Duration[] span = span(times);
                return new Delay(Duration.ofMillis(Integer.parseInt(millis)), span[0], span[1]);
            }
            return switch (name) {
                case "reorder" -> {
                    Duration[] span = span(times);
                    yield new Reorder(span[0], span[1]);
                }
                case "gateway-restart" -> {
                    int plus = times.indexOf('+');
                    yield plus < 0 ? new GatewayRestart(time(times), DOWNTIME)
                            : new GatewayRestart(time(times.substring(0, plus)), time(times.substring(plus + 1)));
                }
                case "directory-outage" -> {
                    Duration[] span = span(times);
                    yield new DirectoryOutage(span[0], span[1]);
                }
                case "epoch" -> new Epoch(time(times));
                case "rotation" -> new Rotation(time(times));
                case "suspend" -> {
                    Duration[] span = span(times);
                    yield new Suspend(span[0], span[1]);
                }
                default -> throw new IllegalArgumentException("there is no fault \"" + name + "\"; there are delay=MS,"
                        + " reorder, gateway-restart, directory-outage, epoch, rotation, suspend");
            };
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("fault \"" + text + "\": " + e.getMessage(), e);
        }
    }

    private static Duration[] span(String text) {
        int dash = text.indexOf('-');
        if (dash < 0) {
            throw new IllegalArgumentException("\"" + text + "\" is not FROM-TO, like 10m-1.5h");
        }
        Duration from = time(text.substring(0, dash));
        Duration to = time(text.substring(dash + 1));
        if (to.compareTo(from) <= 0) {
            throw new IllegalArgumentException("\"" + text + "\" ends before it begins");
        }
        return new Duration[] {from, to};
    }

    private static Duration time(String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a time like 90s, 10m or 1.5h");
        }
        BigDecimal nanos = new BigDecimal(matcher.group(1)).multiply(
                BigDecimal.valueOf(UNIT_NANOS.get(matcher.group(2))));
        BigDecimal most = BigDecimal.valueOf(Duration.ofDays(366).toNanos());
        if (nanos.compareTo(most) > 0) {
            throw new IllegalArgumentException("\"" + text + "\" is more than 366 days");
        }
        return Duration.ofNanos(nanos.setScale(0, RoundingMode.HALF_UP).longValue());
    }
}
