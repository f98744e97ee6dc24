package org.cloakwork.wire.socks5;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.cloakwork.wire.WireException;

/**
 * Where an exit connects to: the first rule that fits decides, and what no rule fits is refused. The text has a rule a
 * line, {@code ExitPolicy accept 1.2.3.0/24:80-443}; what follows a {@code #} is a remark. Source:
 * protocol/6-frontends, 3.3.
 *
 * @param rules in order
 */
public record ExitPolicy(List<Rule> rules) {

    /** Rules read at most. */
    static final int MAX_RULES = 100_000;
    private static final String KEYWORD = "ExitPolicy";
    private static final AddressPattern ALL_V4 = AddressPattern.parse("*4");
    private static final AddressPattern ALL_V6 = AddressPattern.parse("*6");

    /** What a rule says. The ones for IPv6 fit the same addresses as the others, as in the reference. */
    public enum Action {
        ACCEPT("accept"), REJECT("reject"), ACCEPT6("accept6"), REJECT6("reject6");

        private final String text;

        Action(String text) {
            this.text = text;
        }

        /** {@return whether it lets through what fits} */
        public boolean accepts() {
            return this == ACCEPT || this == ACCEPT6;
        }

        static Optional<Action> parse(String text) {
            for (Action action : values()) {
                if (action.text.equals(text)) {
                    return Optional.of(action);
                }
            }
            return Optional.empty();
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * One rule.
     *
     * @param action    what happens to what fits
     * @param addresses which addresses fit
     * @param firstPort of the ports that fit
     * @param lastPort  of them
     */
    public record Rule(Action action, AddressPattern addresses, int firstPort, int lastPort) {

        public Rule {
            if (firstPort < 0 || lastPort > 0xffff || firstPort > lastPort || firstPort == 0 && lastPort != 0) {
                throw new IllegalArgumentException("ports " + firstPort + "-" + lastPort
                        + " are not 0, nor a range within 1-65535");
            }
        }

        /**
         * @param address of a target
         * @param port    of it
         * @return whether the rule decides about it
         */
        public boolean fits(InetAddress address, int port) {
            return port >= firstPort && port <= lastPort && addresses.matches(address);
        }

        @Override
        public String toString() {
            String ports = firstPort == 1 && lastPort == 0xffff ? "*"
                    : firstPort == lastPort ? String.valueOf(firstPort) : firstPort + "-" + lastPort;
            return action + " " + addresses + ":" + ports;
        }
    }

    /** Refuses everything. */
    public static final ExitPolicy REFUSE_ALL = new ExitPolicy(List.of());
    /** Accepts everything. */
    public static final ExitPolicy ACCEPT_ALL =
            new ExitPolicy(List.of(new Rule(Action.ACCEPT, AddressPattern.ANY, 1, 0xffff)));

    public ExitPolicy {
        rules = List.copyOf(rules);
    }

    /**
     * @param address to connect to
     * @param port    1 to 65535
     * @return whether that is allowed
     */
    public boolean accepts(InetAddress address, int port) {
        for (Rule rule : rules) {
            if (rule.fits(address, port)) {
                return rule.action().accepts();
            }
        }
        return false;
    }

    /**
     * @param port 1 to 65535
     * @return whether some address may be connected to at it; said of rules for single addresses, too
     */
    public boolean acceptsSomewhere(int port) {
        Set<AddressPattern> refused = new HashSet<>();
        for (Rule rule : rules) {
            if (port < rule.firstPort() || port > rule.lastPort() || covers(refused, rule.addresses())) {
                continue;
            }
            if (rule.action().accepts()) {
                return true;
            }
            refused.add(rule.addresses());
        }
        return false;
    }

    private static boolean covers(Set<AddressPattern> refused, AddressPattern addresses) {
        return refused.contains(addresses) || refused.contains(AddressPattern.ANY)
                || refused.contains(ALL_V4) && refused.contains(ALL_V6);
    }

    /**
     * @param text a rule a line
     * @return the policy
     * @throws WireException if a line is wrong; the message names it
     */
    public static ExitPolicy parse(String text) throws WireException {
        List<Rule> rules = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String content = line.replaceFirst("#.*", "").strip();
            if (content.isEmpty()) {
                continue;
            }
            if (!content.startsWith(KEYWORD + " ")) {
                throw new WireException("line " + number + " does not start with " + KEYWORD);
            }
            try {
                rules.add(rule(content.substring(KEYWORD.length()).strip()));
            } catch (IllegalArgumentException e) {
                throw new WireException("line " + number + ": " + e.getMessage());
            }
            if (rules.size() > MAX_RULES) {
                throw new WireException("more than " + MAX_RULES + " rules");
            }
        }
        return new ExitPolicy(rules);
    }

    private static Rule rule(String text) {
        int space = text.indexOf(' ');
        Optional<Action> action = Action.parse(space < 0 ? text : text.substring(0, space));
        if (action.isEmpty() || space < 0) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not accept, reject, accept6 or reject6 and a pattern");
        }
        String pattern = text.substring(space + 1).strip();
        int colon = pattern.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("\"" + pattern + "\" has no port, which may be *");
        }
        AddressPattern addresses = AddressPattern.parse(pattern.substring(0, colon));
        String ports = pattern.substring(colon + 1);
        if (ports.equals("*")) {
            return new Rule(action.get(), addresses, 1, 0xffff);
        }
        int dash = ports.indexOf('-');
        int first = port(dash < 0 ? ports : ports.substring(0, dash));
        return new Rule(action.get(), addresses, first, dash < 0 ? first : port(ports.substring(dash + 1)));
    }

    private static int port(String text) {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 0xffff) {
            throw new IllegalArgumentException("\"" + text + "\" is no port");
        }
        return Integer.parseInt(text);
    }

    void write(Writer out) {
        out.varint(rules.size());
        for (Rule rule : rules) {
            out.varint(rule.action().ordinal()).string(rule.addresses().toString()).varint(rule.firstPort())
                    .varint(rule.lastPort());
        }
    }

    static ExitPolicy read(Reader in) throws WireException {
        long count = in.varint("rules");
        if (count < 0 || count > MAX_RULES) {
            throw new WireException(Long.toUnsignedString(count) + " rules");
        }
        List<Rule> rules = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            Action action = Action.values()[in.variant("action", Action.values().length)];
            String addresses = in.string("address pattern");
            long first = in.varint("first port");
            long last = in.varint("last port");
            if (first < 0 || first > 0xffff || last < 0 || last > 0xffff) {
                throw new WireException("ports " + first + " to " + last);
            }
            try {
                rules.add(new Rule(action, AddressPattern.parse(addresses), (int) first, (int) last));
            } catch (IllegalArgumentException e) {
                throw new WireException(e.getMessage());
            }
        }
        return new ExitPolicy(rules);
    }

    /** {@return the text form, a rule a line} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        rules.forEach(rule -> text.append(KEYWORD).append(' ').append(rule).append('\n'));
        return text.toString();
    }
}
