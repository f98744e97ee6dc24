package org.cloakwork.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.spi.frontend.ExitStanding;
import org.cloakwork.wire.socks5.ExitPolicy;
import org.cloakwork.wire.socks5.ProviderResponse;
import org.junit.jupiter.api.Test;

class ExitChoiceTest {

    private static final int HTTPS = 443;
    private static final List<MixnetAddress> EXITS = IntStream.range(0, 12).mapToObj(Addresses::of).toList();

    private long now;
    private long order;

    private ExitChoice auto(ExitSettings settings) {
        return new ExitChoice(settings, () -> order++);
    }

    private static ExitSettings any() {
        return ExitSettings.of();
    }

    private static KnownExit known(int number, String country, int performance) {
        return new KnownExit(EXITS.get(number), Optional.of(country).filter(text -> !text.isEmpty()),
                performance < 0 ? OptionalInt.empty() : OptionalInt.of(performance));
    }

    private static List<KnownExit> exits(int count) {
        return IntStream.range(0, count).mapToObj(number -> known(number, "DE", 99)).toList();
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private List<ExitChoice.Ask> asks(List<ExitChoice.Action> actions) {
        return actions.stream().filter(ExitChoice.Ask.class::isInstance).map(ExitChoice.Ask.class::cast).toList();
    }

    private void answerOpen(ExitChoice choice, ExitChoice.Ask ask) {
        choice.answered(ask.probe(), new ProviderResponse.OpenProxy(true), now);
    }

    private void answerPolicy(ExitChoice choice, ExitChoice.Ask ask, String policy) throws Exception {
        choice.answered(ask.probe(), new ProviderResponse.OpenProxy(false), now);
        choice.answered(ask.probe(), new ProviderResponse.Policy(true, "", Optional.of(ExitPolicy.parse(policy))),
                now);
    }

    /** A choice whose network names so many exits, all of them asked that are asked at once. */
    private List<ExitChoice.Ask> begun(ExitChoice choice, List<KnownExit> exits) {
        choice.online(true);
        choice.wanted(HTTPS, now);
        choice.listed(exits, now);
        return asks(choice.wanted(HTTPS, now));
    }

    private MixnetAddress taken(ExitChoice choice) {
        return assertInstanceOf(ExitChoice.Take.class, choice.choice(HTTPS)).exit();
    }

    private ExitStanding.State state(ExitChoice choice, MixnetAddress exit) {
        return choice.known().stream().filter(standing -> standing.exit().address().equals(exit)).findFirst()
                .orElseThrow().state();
    }

    @Test
    void anExitIsAskedForItsPolicyBeforeItIsTaken() throws Exception {
        ExitChoice choice = auto(any());
        List<ExitChoice.Ask> asked = begun(choice, exits(5));
        assertEquals(ExitChoice.AT_ONCE, asked.size());
        assertTrue(asked.stream().allMatch(ExitChoice.Ask::policy));
        assertInstanceOf(ExitChoice.Wait.class, choice.choice(HTTPS));
        pass(Duration.ofSeconds(1));
        choice.answered(asked.get(1).probe(), new ProviderResponse.OpenProxy(false), now);
        assertInstanceOf(ExitChoice.Wait.class, choice.choice(HTTPS), "what it allows is not known yet");
        answerPolicy(choice, asked.get(1), "ExitPolicy accept *:443\nExitPolicy reject *:*");
        assertEquals(asked.get(1).exit(), taken(choice));
        assertInstanceOf(ExitChoice.Wait.class, choice.choice(25));
        ExitStanding standing = choice.known().getFirst();
        assertEquals(asked.get(1).exit(), standing.exit().address());
        assertEquals(Optional.of(Duration.ofSeconds(1)), standing.roundTrip());
        assertEquals(OptionalInt.of(2), standing.policyRules());
        assertEquals(Optional.of(false), standing.open());
    }

    @Test
    void theFastestOfThoseAskedIsTakenAndKept() {
        ExitChoice choice = auto(any());
        List<ExitChoice.Ask> asked = begun(choice, exits(5));
        pass(Duration.ofMillis(300));
        answerOpen(choice, asked.get(2));
        assertEquals(asked.get(2).exit(), taken(choice));
        choice.took(taken(choice), now);
        pass(Duration.ofMillis(300));
        answerOpen(choice, asked.get(0));
        answerOpen(choice, asked.get(1));
        assertEquals(asked.get(2).exit(), taken(choice));
        assertEquals(List.of(), choice.wanted(HTTPS, now), "three have answered, nobody else is asked");
    }

    @Test
    void silenceOfTheClientSetsNoExitAside() {
        ExitChoice choice = auto(any());
        List<ExitChoice.Ask> asked = begun(choice, exits(3));
        choice.online(false);
        pass(Duration.ofMinutes(2));
        assertEquals(List.of(), choice.tick(now));
        answerOpen(choice, asked.getFirst());
        assertEquals(ExitStanding.State.UNTRIED, state(choice, asked.getFirst().exit()), "that was another question");
        choice.online(true);
        assertEquals(3, asks(choice.wanted(HTTPS, now)).size());
    }

    @Test
    void aConnectionThatWaitsForASilentPlaceDoesNotCostItsExit() {
        ExitChoice choice = auto(any());
        List<ExitChoice.Ask> asked = begun(choice, exits(2));
        asked.forEach(ask -> answerOpen(choice, ask));
        long use = choice.took(taken(choice), now);
        pass(ExitChoice.LATE);
        List<ExitChoice.Ask> doubts = asks(choice.tick(now));
        assertEquals(List.of(taken(choice)), doubts.stream().map(ExitChoice.Ask::exit).toList());
        assertEquals(false, doubts.getFirst().policy());
        pass(Duration.ofSeconds(1));
        answerOpen(choice, doubts.getFirst());
        pass(ExitChoice.PROBE_PATIENCE);
        assertEquals(List.of(), choice.tick(now));
        pass(Duration.ofSeconds(30));
        assertEquals(1, asks(choice.failed(use, now)).size(), "in doubt once more: the last answer is old");
        assertEquals(doubts.getFirst().exit(), taken(choice));
    }

    @Test
    void anExitThatIsSilentItselfIsSetAsideAndTheNextOneTakenAtOnce() {
        ExitChoice choice = auto(any());
        List<ExitChoice.Ask> asked = begun(choice, exits(3));
        asked.forEach(ask -> answerOpen(choice, ask));
        MixnetAddress first = taken(choice);
        List<Long> uses = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            uses.add(choice.took(first, now));
        }
        choice.heardOf(uses.getFirst(), now);
        pass(ExitChoice.LATE);
        assertEquals(1, asks(choice.tick(now)).size(), "one question, however many wait");
        pass(ExitChoice.PROBE_PATIENCE);
        List<ExitChoice.Action> ended = choice.tick(now);
        assertEquals(Set.copyOf(uses), ended.stream()
                .map(action -> assertInstanceOf(ExitChoice.Lost.class, action).use())
                .collect(java.util.stream.Collectors.toSet()));
        assertEquals(ExitStanding.State.ASIDE, state(choice, first));
        assertTrue(EXITS.subList(0, 3).contains(taken(choice)) && !taken(choice).equals(first));
    }

    @Test
    void whoIsLateWhileOthersAreAnsweredDoubtsTheExitOnceItIsSilent() {
        ExitChoice choice = auto(any());
        List<ExitChoice.Ask> asked = begun(choice, exits(3));
        asked.forEach(ask -> answerOpen(choice, ask));
        MixnetAddress first = taken(choice);
        long answered = choice.took(first, now);
        long waiting = choice.took(first, now);
        pass(ExitChoice.LATE);
        choice.heardOf(answered, now);
        assertEquals(List.of(), choice.tick(now), "it has just answered another one");
        choice.left(answered);
        pass(ExitChoice.LATE);
        assertEquals(1, asks(choice.tick(now)).size());
        pass(ExitChoice.PROBE_PATIENCE);
        assertEquals(List.of(waiting), choice.tick(now).stream()
                .map(action -> assertInstanceOf(ExitChoice.Lost.class, action).use()).toList());
        assertEquals(ExitStanding.State.ASIDE, state(choice, first));
    }

    @Test
    void anExitThatSaysNothingOfItsConnectionsIsAskedWhetherItIsThere() {
        ExitChoice choice = auto(any());
        List<ExitChoice.Ask> asked = begun(choice, exits(2));
        asked.forEach(ask -> answerOpen(choice, ask));
        long standing = choice.took(taken(choice), now);
        choice.heardOf(standing, now);
        pass(ExitChoice.QUIET.minusNanos(1));
        assertEquals(List.of(), choice.tick(now));
        pass(Duration.ofNanos(1));
        ExitChoice.Ask first = asks(choice.tick(now)).getFirst();
        answerOpen(choice, first);
        pass(ExitChoice.QUIET.minusSeconds(1));
        choice.heardOf(standing, now);
        pass(Duration.ofSeconds(2));
        assertEquals(List.of(), choice.tick(now), "it was heard of");
        pass(ExitChoice.QUIET);
        assertEquals(1, asks(choice.tick(now)).size());
        pass(ExitChoice.PROBE_PATIENCE);
        assertEquals(standing, ((ExitChoice.Lost) choice.tick(now).getFirst()).use());
        long over = choice.took(taken(choice), now);
        choice.heardOf(over, now);
        choice.left(over);
        pass(ExitChoice.QUIET);
        assertEquals(List.of(), choice.tick(now), "it has no connection");
    }

    @Test
    void howLongAnExitIsWaitedForFollowsFromHowLongItTakes() {
        ExitChoice choice = auto(any());
        List<ExitChoice.Ask> asked = begun(choice, exits(2));
        pass(Duration.ofSeconds(1));
        asked.forEach(ask -> answerOpen(choice, ask));
        long use = choice.took(taken(choice), now);
        pass(Duration.ofSeconds(4).minusNanos(1));
        assertEquals(List.of(), choice.tick(now));
        pass(Duration.ofNanos(1));
        assertEquals(1, asks(choice.tick(now)).size());
        pass(Duration.ofSeconds(8).minusNanos(1));
        assertEquals(List.of(), choice.tick(now));
        pass(Duration.ofNanos(1));
        assertEquals(List.of(new ExitChoice.Lost(use, "it did not answer within 8000 ms")), choice.tick(now));
    }

    @Test
    void whoIsAsideIsAskedAgainLaterEachTime() {
        ExitChoice choice = auto(any());
        begun(choice, exits(1));
        Duration pause = ExitChoice.LEAST_BACK_OFF;
        for (int i = 0; i < 3; i++) {
            pass(ExitChoice.PROBE_PATIENCE);
            choice.tick(now);
            ExitChoice.None none = assertInstanceOf(ExitChoice.None.class, choice.choice(HTTPS));
            assertTrue(none.reason().contains("none of 1 exits answers"), none.reason());
            pass(pause);
            assertEquals(1, asks(choice.wanted(HTTPS, now)).size(), "there is no other");
        }
        ExitChoice two = auto(any());
        List<ExitChoice.Ask> asked = begun(two, exits(2));
        answerOpen(two, asked.get(1));
        pass(ExitChoice.PROBE_PATIENCE);
        two.tick(now);
        assertEquals(List.of(), two.wanted(HTTPS, now), "there is another one");
        pass(ExitChoice.FIRST_BACK_OFF);
        ExitChoice.Ask again = asks(two.wanted(HTTPS, now)).getFirst();
        assertEquals(asked.getFirst().exit(), again.exit());
        pass(ExitChoice.PROBE_PATIENCE);
        two.tick(now);
        pass(ExitChoice.FIRST_BACK_OFF);
        assertEquals(List.of(), two.wanted(HTTPS, now), "twice as long");
        pass(ExitChoice.FIRST_BACK_OFF);
        assertEquals(1, two.wanted(HTTPS, now).size());
    }

    @Test
    void ofThoseThatAreNamedTheFirstThatAnswersIsTakenAndTheOneBeforeItWantedBack() {
        ExitChoice choice = auto(ExitSettings.of(EXITS.get(0), EXITS.get(1)));
        choice.online(true);
        List<ExitChoice.Ask> asked = asks(choice.wanted(HTTPS, now));
        assertEquals(EXITS.subList(0, 2), asked.stream().map(ExitChoice.Ask::exit).toList());
        answerOpen(choice, asked.get(1));
        assertEquals(EXITS.get(1), taken(choice));
        pass(ExitChoice.PROBE_PATIENCE);
        choice.tick(now);
        pass(ExitChoice.FIRST_BACK_OFF);
        ExitChoice.Ask back = asks(choice.wanted(HTTPS, now)).getFirst();
        answerOpen(choice, back);
        assertEquals(EXITS.get(0), taken(choice));
    }

    @Test
    void aPortThatSomeExitsRefuseIsTriedWithOthersButNotWithAll() throws Exception {
        ExitChoice choice = auto(any());
        List<ExitChoice.Ask> asked = new ArrayList<>(begun(choice, exits(12)));
        for (int i = 0; i < 20 && !asked.isEmpty(); i++) {
            answerPolicy(choice, asked.removeFirst(), "ExitPolicy accept *:443");
            asked.addAll(asks(choice.wanted(25, now)));
        }
        ExitChoice.None none = assertInstanceOf(ExitChoice.None.class, choice.choice(25));
        assertEquals("no exit connects to port 25, " + choice.known().stream()
                .filter(exit -> exit.policyRules().isPresent()).count() + " asked", none.reason());
        assertTrue(choice.known().stream().filter(exit -> exit.policyRules().isPresent()).count()
                <= ExitChoice.MOST_REFUSALS + ExitChoice.AT_ONCE);
        taken(choice);
    }

    @Test
    void filtersExcludeAndSayWhy() {
        ExitSettings settings = new ExitSettings(List.of(), Set.of("DE", "FR"), 80);
        ExitChoice choice = auto(settings);
        List<ExitChoice.Ask> asked = begun(choice, List.of(known(0, "US", 99), known(1, "", 99), known(2, "FR", 79),
                known(3, "DE", -1), known(4, "FR", 80)));
        assertEquals(List.of(EXITS.get(4)), asked.stream().map(ExitChoice.Ask::exit).toList());
        assertEquals(List.of("in US; exit-countries = DE, FR", "its country is not told; exit-countries = DE, FR",
                "performance 79 %; exit-min-performance = 80",
                "its performance is not told; exit-min-performance = 80"),
                IntStream.range(0, 4).mapToObj(number -> choice.known().stream().filter(exit ->
                        exit.exit().address().equals(EXITS.get(number))).findFirst().orElseThrow().reason()
                        .orElseThrow()).toList());
        ExitChoice none = auto(settings);
        begun(none, List.of(known(0, "US", 99)));
        assertEquals("none of the 1 exits of the network is allowed by the configuration: "
                + "in US; exit-countries = DE, FR", ((ExitChoice.None) none.choice(HTTPS)).reason());
    }

    @Test
    void aListThatCannotBeHadIsAskedForAgainAndSaysWhy() {
        ExitChoice choice = auto(any());
        choice.online(true);
        assertEquals(1, choice.wanted(HTTPS, now).size());
        assertInstanceOf(ExitChoice.Wait.class, choice.choice(HTTPS));
        choice.notListed("http://directory/: refused", now);
        assertEquals("the network's exits are not known: http://directory/: refused",
                ((ExitChoice.None) choice.choice(HTTPS)).reason());
        assertEquals(List.of(), choice.wanted(HTTPS, now));
        pass(Duration.ofSeconds(5));
        assertInstanceOf(ExitChoice.TellExits.class, choice.wanted(HTTPS, now).getFirst());
        choice.listed(List.of(), now);
        assertEquals("the network names no exit", ((ExitChoice.None) choice.choice(HTTPS)).reason());
        pass(ExitChoice.LIST_AGE);
        assertInstanceOf(ExitChoice.TellExits.class, choice.wanted(HTTPS, now).getFirst());
        choice.listed(exits(1), now);
        assertEquals(1, asks(choice.wanted(HTTPS, now)).size());
    }

    @Test
    void anExitThatDoesNotTellItsPolicyIsTakenAfterAWhile() {
        ExitChoice choice = auto(any());
        ExitChoice.Ask ask = begun(choice, exits(1)).getFirst();
        choice.answered(ask.probe(), new ProviderResponse.OpenProxy(false), now);
        assertInstanceOf(ExitChoice.Wait.class, choice.choice(HTTPS));
        pass(ExitChoice.PROBE_PATIENCE);
        assertEquals(List.of(), choice.tick(now));
        assertEquals(ask.exit(), taken(choice));
    }

    @Test
    void anExitWhoseGatewayIsGoneIsSetAsideWithTheReason() {
        ExitChoice choice = auto(any());
        ExitChoice.Ask ask = begun(choice, exits(1)).getFirst();
        choice.undelivered(ask.probe(), "its gateway is not in the network", now);
        assertEquals("none of 1 exits answers; the last: its gateway is not in the network",
                ((ExitChoice.None) choice.choice(HTTPS)).reason());
    }

    @Test
    void whatTheNetworkNoLongerNamesIsForgotten() {
        ExitChoice choice = auto(any());
        begun(choice, exits(3));
        choice.listed(exits(1), now);
        assertEquals(1, choice.known().size());
    }
}
