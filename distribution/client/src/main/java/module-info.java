/** Brings what {@link org.cloakwork.api.MixnetClient#builder()} needs; what programs see is the API. */
module cloakwork.client {
    requires transitive org.cloakwork.api;
}
