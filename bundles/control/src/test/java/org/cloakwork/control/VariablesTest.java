package org.cloakwork.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class VariablesTest {

    private final Variables variables = new Variables();

    VariablesTest() {
        variables.add("cloakwork", "cloakwork", "cover");
        variables.add("cloakwork", "cloakwork", "exit.allow-private");
        variables.add("cloakwork", "org.cloakwork.exit", "allow-private");
        variables.add("cloakwork", "org.cloakwork.topology.nymapi", "urls");
        variables.add("cloakwork", "com.example.part", "urls");
    }

    @Test
    void aVariableIsNamedByTheFileAndTheKey() {
        assertEquals(Optional.of(new Variables.Place("cloakwork", "cover")), variables.place("CLOAKWORK_COVER"));
        assertEquals(Optional.of(new Variables.Place("org.cloakwork.topology.nymapi", "urls")),
                variables.place("CLOAKWORK_TOPOLOGY_NYMAPI_URLS"));
        assertEquals(Optional.of(new Variables.Place("com.example.part", "urls")),
                variables.place("CLOAKWORK_COM_EXAMPLE_PART_URLS"));
    }

    @Test
    void theClientsOwnFileGoesFirst() {
        assertEquals(Optional.of(new Variables.Place("cloakwork", "exit.allow-private")),
                variables.place("CLOAKWORK_EXIT_ALLOW_PRIVATE"));
    }

    @Test
    void aPartThatSaysNothingOfItsKeysGetsAll() {
        variables.addAll("cloakwork", "cloakwork", "post.");
        assertEquals(Optional.of(new Variables.Place("cloakwork", "post.box-number")),
                variables.place("CLOAKWORK_POST_BOX_NUMBER"));
        assertEquals(Optional.empty(), variables.place("CLOAKWORK_POST_"));
    }

    @Test
    void whatIsNearIsNamed() {
        assertEquals(Optional.empty(), variables.place("CLOAKWORK_COVR"));
        assertEquals("CLOAKWORK_COVR: no key of the configuration is called so; did you mean CLOAKWORK_COVER?",
                variables.unknown("CLOAKWORK_COVR").toString());
        assertTrue(variables.unknown("CLOAKWORK_E").toString().endsWith("CLOAKWORK_EXIT_ALLOW_PRIVATE"));
    }
}
