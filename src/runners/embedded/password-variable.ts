/** The environment variable in which a service's process gets the password that it has to ask for. */
export const passwordVariable = 'MEATYMUSIC_SERVICE_PASSWORD';
