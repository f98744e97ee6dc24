package org.cloakwork.control;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.spi.control.Control;
import org.cloakwork.spi.frontend.ExitStanding;
import org.cloakwork.wire.json.Json;

/** The exits that clients know, with what their front-ends have found out: {@code cloakwork exits}. */
final class ExitLists {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /**
     * Those of a client.
     *
     * @param fault why the network's are not among them; empty: they are
     */
    private record Listed(String client, List<ExitStanding> exits, Optional<String> fault) {
    }

    private final List<Listed> lists = new ArrayList<>();

    /** @param country of those that are wanted, a code; empty: all */
    ExitLists(Control control, Optional<String> country) throws InterruptedException {
        List<Control.Client> clients = control.clients();
        List<CompletableFuture<List<KnownExit>>> asked =
                clients.stream().map(client -> client.client().exits()).toList();
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (int i = 0; i < clients.size(); i++) {
            String name = clients.get(i).name();
            Map<MixnetAddress, ExitStanding> exits = new LinkedHashMap<>();
            control.doors().stream().filter(door -> door.client().equals(name))
                    .flatMap(door -> door.serving().exits().stream())
                    .forEach(exit -> exits.merge(exit.exit().address(), exit, ExitLists::better));
            Optional<String> fault = Optional.empty();
            try {
                for (KnownExit exit : asked.get(i).get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                    exits.merge(exit.address(), new ExitStanding(exit, ExitStanding.State.UNTRIED, Optional.empty(),
                            OptionalInt.empty(), Optional.empty(), Optional.empty()), ExitLists::named);
                }
            } catch (ExecutionException e) {
                fault = Optional.of(String.valueOf(e.getCause().getMessage()));
            } catch (TimeoutException e) {
                fault = Optional.of("the network did not tell its exits within " + PATIENCE.toSeconds() + " s");
            }
            lists.add(new Listed(name, exits.values().stream()
                    .filter(exit -> country.isEmpty() || exit.exit().country().equals(country)).toList(), fault));
        }
    }

    private static ExitStanding better(ExitStanding one, ExitStanding other) {
        return one.state().compareTo(other.state()) <= 0 ? one : other;
    }

    /** What a front-end knows, and what the network says of the same exit. */
    private static ExitStanding named(ExitStanding standing, ExitStanding network) {
        return new ExitStanding(network.exit(), standing.state(), standing.roundTrip(), standing.policyRules(),
                standing.open(), standing.reason());
    }

    private boolean isGood() {
        return !lists.isEmpty() && lists.stream().allMatch(list -> list.fault().isEmpty());
    }

    Verdict text() {
        StringBuilder text = new StringBuilder();
        for (Listed list : lists) {
            Table table = new Table(list.client(), "country", "performance", "policy", "round trip", "address");
            list.exits().forEach(exit -> table.row(word(exit.state()), exit.exit().country().orElse("-"),
                    percent(exit.exit()), policy(exit),
                    exit.roundTrip().map(time -> time.toMillis() + " ms").orElse("-"),
                    exit.exit().address() + exit.reason().map(reason -> "  (" + reason + ")").orElse("")));
            text.append(table.isEmpty() ? list.client() + ": no exits\n" : table);
            list.fault().ifPresent(fault -> text.append("  ").append(fault).append('\n'));
        }
        return new Verdict(isGood(), lists.isEmpty() ? "no client runs here\n" : text.toString());
    }

    private static String word(ExitStanding.State state) {
        return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String percent(KnownExit exit) {
        return exit.performancePercent().isPresent() ? exit.performancePercent().getAsInt() + " %" : "-";
    }

    private static String policy(ExitStanding exit) {
        return exit.open().orElse(false) ? "open"
                : exit.policyRules().isPresent() ? exit.policyRules().getAsInt() + " rules" : "-";
    }

    Verdict json() {
        List<Json> clients = lists.stream().map(list -> Json.empty().with("name", list.client())
                .with("fault", list.fault().orElse(null))
                .with("exits", list.exits().stream().map(ExitLists::json).toList())).toList();
        return new Verdict(isGood(), Json.empty().with("clients", clients) + "\n");
    }

    private static Json json(ExitStanding exit) {
        Json json = Json.empty().with("address", exit.exit().address().toString())
                .with("country", exit.exit().country().orElse(null))
                .with("performance", exit.exit().performancePercent()).with("state", word(exit.state()));
        exit.open().ifPresentOrElse(open -> json.with("open", open), () -> json.with("open", (String) null));
        return json.with("policy_rules", exit.policyRules())
                .with("round_trip_ms", exit.roundTrip().map(time -> OptionalInt.of((int) time.toMillis()))
                        .orElse(OptionalInt.empty()))
                .with("reason", exit.reason().orElse(null));
    }
}
