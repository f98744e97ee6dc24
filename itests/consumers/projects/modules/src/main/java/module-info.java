module example {
    requires org.cloakwork.api;
}
