/** A mixnet for tests: {@link org.cloakwork.testing.Mixnet}. */
module cloakwork.testing {
    requires transitive org.cloakwork.api;
    requires transitive org.junit.jupiter.api;

    exports org.cloakwork.testing;
}
