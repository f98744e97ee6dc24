package org.cloakwork.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnreadTest {

    private static final Set<String> PIDS = Set.of("org.cloakwork.frontend.socks5", "org.cloakwork.topology.nymapi",
            "org.cloakwork.cover.poisson", "org.cloakwork.exit");

    private static Optional<String> fault(String file) {
        return Unread.fault(file, PIDS, "org.example.part"::equals);
    }

    @ParameterizedTest
    @CsvSource({"org.cloakwork.client-work.cfg,cloakwork.client-work.cfg", "client-work.cfg,cloakwork.client-work.cfg",
        "org.cloakwork.client.cfg,cloakwork.cfg", "cloackwork.cfg,cloakwork.cfg", "cloakwork.conf,cloakwork.cfg",
        "cloakwork.cfg.txt,cloakwork.cfg", "socks5.cfg,org.cloakwork.frontend.socks5.cfg",
        "nym-api.cfg,org.cloakwork.topology.nymapi.cfg",
        "org.cloakwork.cover.poison.cfg,org.cloakwork.cover.poisson.cfg",
        "org.cloakwork.frontend.exit.cfg,org.cloakwork.exit.cfg",
        "org.cloakwork.exit.properties,org.cloakwork.exit.cfg"})
    void whatWasMeantIsSaid(String file, String meant) {
        assertEquals(Optional.of("nothing reads this file; did you mean " + meant + "?"), fault(file));
    }

    @Test
    void aNameNearNothingIsToldAllTheSame() {
        assertEquals(Optional.of("nothing reads this file; a file is named after the part it is for, as "
                + "docs/operators.md lists them"), fault("something-else.cfg"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cloakwork.cfg", "cloakwork.client-work.cfg", "org.cloakwork.exit.cfg",
        "org.example.part.cfg", "policy.txt", "net.json", "cloakwork.jfc", "cloakwork.cfg~", ".cloakwork.cfg.swp",
        "cloakwork123.new", "cloakwork.cfg.bak", "README"})
    void whatIsReadOrNoneOfOursIsNotTold(String file) {
        assertEquals(Optional.empty(), fault(file));
    }
}
